import assert from 'node:assert/strict';
import type { ClientReply, ReplyHeaders, ReplyListener } from '../../gateway/pipeline/exchange.ts';

/** The client's side as a test sees it. It holds the gateway to the rules: one head, then body, then one end. */
export class FakeReply implements ClientReply {
  listener: ReplyListener | undefined;
  head: { readonly status: number; readonly headers: ReplyHeaders } | undefined;
  ending: 'open' | 'finished' | 'broken' = 'open';
  departed = false;
  /** Makes `write` ask for a pause. */
  reads: 'quickly' | 'slowly' = 'quickly';
  readonly pieces: Buffer[] = [];
  readonly #extra: ReplyHeaders = {};

  get started(): boolean {
    return this.head !== undefined;
  }

  get status(): number {
    return this.head?.status ?? (this.departed ? 499 : 0);
  }

  get body(): Buffer {
    return Buffer.concat(this.pieces);
  }

  get text(): string {
    return this.body.toString();
  }

  get bytesSent(): number {
    return this.body.length;
  }

  addHeader(name: string, value: string): void {
    assert(!this.started, 'a header came after the head');
    this.#extra[name] = value;
  }

  start(status: number, headers: ReplyHeaders): void {
    assert(!this.started, 'the head was sent twice');
    this.head = { status, headers: { ...headers, ...this.#extra } };
  }

  write(bytes: Uint8Array | string): boolean {
    this.#take(bytes);
    return this.reads === 'quickly';
  }

  finish(last?: Uint8Array | string): void {
    if (last !== undefined) this.#take(last);
    this.#end('finished');
  }

  break(last?: string): void {
    if (last !== undefined) this.#take(last);
    this.#end('broken');
  }

  /** The client closes its connection. */
  depart(): void {
    this.departed = true;
    this.listener?.departed();
  }

  /** The client has read all that was written. */
  catchUp(): void {
    this.reads = 'quickly';
    this.listener?.resumed();
  }

  #take(bytes: Uint8Array | string): void {
    assert(this.started, 'body came before the head');
    assert.equal(this.ending, 'open', 'body came after the end');
    this.pieces.push(Buffer.from(bytes));
  }

  #end(ending: 'finished' | 'broken'): void {
    assert.equal(this.ending, 'open', 'the answer ended twice');
    assert(ending === 'broken' || this.started, 'an answer ended without a head');
    this.ending = ending;
  }
}
