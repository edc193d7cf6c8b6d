import type { Replica } from '../../routing/replica.ts';
import type { GenerateRequest } from '../generation/request.ts';
import type { HttpAnswerSink, HttpExchange } from '../wire/http-client.ts';
import { HttpClient } from '../wire/http-client.ts';
import { postJson } from '../wire/json-post.ts';
import { takesConnections } from '../wire/port-probe.ts';
import type { BodyEdit } from './body-edits.ts';
import { askForTokenIds, bodyEditsFor } from './body-edits.ts';
import { can } from './continuing.ts';
import { editBody } from './edit-body.ts';
import type { Engine, EngineAsk } from './engine.ts';

/** What a connection to one replica is made with. */
export interface OpenAiHttpOptions {
  readonly connectMs: number;
  /** PEM of the authority that signed the replica's certificate. */
  readonly ca?: string | undefined;
  /** Key that the engine was started with. */
  readonly apiKey?: string | undefined;
  /** Hands the client's own `Authorization` on. Off unless a replica's settings say so. */
  readonly forwardsAuthorization: boolean;
  /** Base URL. */
  readonly address: string;
  /** The replica as it is known at the moment: an engine may come back in another version. */
  readonly replica: () => Replica | undefined;
}

/** A stream whose client waits for its next token waits for no longer than it would for an error. */
const DETOKENIZE_MS = 1_000;

/** vLLM, SGLang, llama.cpp and whatever else speaks OpenAI's HTTP API. */
export class OpenAiHttpEngine implements Engine {
  readonly #options: OpenAiHttpOptions;
  readonly #client: HttpClient;
  readonly #basePath: string;
  /** A look at the port that is under way: all whom one death broke ask at once. */
  #look: Promise<boolean> | undefined;

  constructor(options: OpenAiHttpOptions) {
    const { origin, pathname } = new URL(options.address);
    this.#options = options;
    this.#basePath = pathname === '/' ? '' : pathname;
    this.#client = new HttpClient(origin, { connectMs: options.connectMs, ca: options.ca });
  }

  send(ask: EngineAsk, sink: HttpAnswerSink): HttpExchange {
    const edits = this.#edits(ask.request);
    const all = ask.asksForTokenIds ? [...edits, askForTokenIds] : edits;
    const body = editBody(ask.request, all, ask.model);
    const path = `${this.#basePath}${ask.path}`;
    return this.#client.send({ method: 'POST', path, headers: this.#headers(ask), body }, sink);
  }

  asksForUsage(request: GenerateRequest): boolean {
    return !request.wantsUsage && this.#edits(request).some(({ kind }) => kind === 'ask-for-usage');
  }

  tellsTokenIds({ operation }: GenerateRequest): boolean {
    const replica = this.#options.replica();
    return replica !== undefined && can('tell-token-ids', replica, operation);
  }

  continuesText({ operation }: GenerateRequest): boolean {
    const replica = this.#options.replica();
    return replica !== undefined && can('continue-text', replica, operation);
  }

  async detokenize(ids: readonly number[], model: string | undefined): Promise<string | undefined> {
    const { apiKey } = this.#options;
    const answer = await postJson(this.#client, {
      path: `${this.#basePath}/detokenize`,
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
      body: { model, tokens: ids },
      waitMs: DETOKENIZE_MS,
    });
    const text = answer?.['prompt'] ?? answer?.['text'];
    return typeof text === 'string' ? text : undefined;
  }

  listens(): Promise<boolean> {
    const { connectMs } = this.#options;
    this.#look ??= takesConnections(this.#client.port, connectMs).finally(() => {
      this.#look = undefined;
    });
    return this.#look;
  }

  close(): Promise<void> {
    this.#client.close();
    return Promise.resolve();
  }

  #headers(ask: EngineAsk): Record<string, string> {
    const { apiKey, forwardsAuthorization } = this.#options;
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      // A compressed stream cannot be read for its events.
      'accept-encoding': 'identity',
      'x-request-id': ask.requestId,
    };
    if (apiKey !== undefined) headers['authorization'] = `Bearer ${apiKey}`;
    else if (forwardsAuthorization && ask.authorization !== undefined) {
      headers['authorization'] = ask.authorization;
    }
    if (ask.traceparent !== undefined) headers['traceparent'] = ask.traceparent;
    if (ask.tracestate !== undefined) headers['tracestate'] = ask.tracestate;
    return headers;
  }

  #edits(request: GenerateRequest): readonly BodyEdit[] {
    const replica = this.#options.replica();
    return replica === undefined
      ? []
      : bodyEditsFor(replica.engine, replica.engineVersion, request);
  }
}
