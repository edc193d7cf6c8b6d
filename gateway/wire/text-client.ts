import { rootCertificates } from 'node:tls';

import { Agent, request } from 'undici';

/** A whole answer as text. */
export interface TextAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Gets a URL, or posts JSON to it where there is a body. Rejects when no whole answer comes, or when the signal aborts. */
export type FetchText = (
  url: string,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly body?: string | undefined;
  },
) => Promise<TextAnswer>;

/** Bounds and trust of the connections. */
export interface TextClientOptions {
  readonly connectMs: number;
  /** PEM of an authority beside the system's own. */
  readonly ca?: string | undefined;
  /** Longest body; a longer one fails. */
  readonly bodyBytesMax: number;
}

/** Small pages of engines, apart from the connections that carry answers: a queue there must not hold up a look at the load. */
export interface TextClient {
  readonly fetchText: FetchText;
  /** Breaks what is under way. */
  close(): Promise<void>;
}

/** Below the 5 s of uvicorn, which serves both vLLM and SGLang: who closes first meets no reset. */
const KEEP_ALIVE_MS = 4_000;

/** Opens a client that any number of origins may be asked through. */
export function openTextClient(options: TextClientOptions): TextClient {
  const agent = new Agent({
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // The caller's signal is the time limit.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: options.bodyBytesMax,
    connect: {
      timeout: options.connectMs,
      ...(options.ca === undefined ? {} : { ca: [...rootCertificates, options.ca] }),
    },
  });
  return {
    async fetchText(url, { headers, signal, body: json }) {
      const asked = { dispatcher: agent, signal };
      const {
        statusCode,
        headers: received,
        body,
      } = await request(
        url,
        json === undefined
          ? { ...asked, headers }
          : {
              ...asked,
              method: 'POST',
              headers: { ...headers, 'content-type': 'application/json' },
              body: json,
            },
      );
      return { status: statusCode, headers: received, body: await body.text() };
    },
    close: () => agent.destroy(),
  };
}
