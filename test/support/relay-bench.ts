import type { AttemptEnd } from '../../gateway/pipeline/attempt.ts';
import type { Relay, RelayParts } from '../../gateway/pipeline/relay.ts';
import type { HttpAnswerSink } from '../../gateway/wire/http-client.ts';
import type { Reservation } from '../../routing/fleet.ts';
import { Ledger } from '../../routing/structures/ledger.ts';
import { ManualClock } from './clock.ts';
import { type AnExchange, anExchange } from './exchange.ts';
import { FakeCall } from './fake-engine.ts';
import type { FakeReply } from './fake-reply.ts';

/** What a relay is set up with. */
export interface RelayFacts {
  readonly exchange?: Partial<AnExchange>;
  readonly headers?: RelayParts['headers'];
  readonly withholdsUsage?: boolean;
}

/** One relay between an engine that the test plays and a client that the test looks at. */
export class RelayBench {
  readonly clock: ManualClock = new ManualClock();
  readonly ledger: Ledger = new Ledger('replica-0');
  readonly reservation: Reservation;
  readonly exchange: AnExchange;
  readonly upstream: FakeCall;
  /** Each end that was told; one, where the relay keeps its promise. */
  readonly ends: AttemptEnd[] = [];
  readonly relay: Relay;

  constructor(make: (parts: RelayParts) => Relay, facts: RelayFacts = {}) {
    this.exchange = anExchange(facts.exchange);
    const tokens = { promptTokens: 10, expectedOutputTokens: 5, nowMs: 0 };
    this.reservation = this.ledger.reserve(tokens);
    const sink: HttpAnswerSink = {
      head: () => undefined,
      data: (chunk) => this.relay.data(chunk),
      end: () => this.relay.end(),
      failed: (error) => this.relay.failed(error),
    };
    this.upstream = new FakeCall(
      {
        path: this.exchange.path,
        requestId: 'request-0',
        request: this.exchange.request,
        model: undefined,
        authorization: undefined,
        traceparent: undefined,
        tracestate: undefined,
        asksForTokenIds: false,
      },
      sink,
    );
    this.relay = make({
      exchange: this.exchange,
      reservation: this.reservation,
      clock: this.clock,
      headers: facts.headers ?? { 'content-type': 'text/event-stream' },
      withholdsUsage: facts.withholdsUsage ?? false,
      upstream: this.upstream,
      ended: (end) => void this.ends.push(end),
    });
  }

  get reply(): FakeReply {
    return this.exchange.reply;
  }

  /** How it ended, if it did, once. */
  get end(): AttemptEnd | undefined {
    if (this.ends.length > 1) throw new Error('an attempt ended twice');
    return this.ends[0];
  }

  /** Feeds chunks and ends the answer. */
  stream(...chunks: readonly (Buffer | string)[]): this {
    this.upstream.data(...chunks).end();
    return this;
  }
}
