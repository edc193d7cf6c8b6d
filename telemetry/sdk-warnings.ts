import type { DiagLogFunction } from '@opentelemetry/api';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import type { Log } from './logger.ts';

/** Kinds of warnings that are told apart; what is beyond is not said. */
export const WARNING_KINDS_MAX = 32;

/** Longest reason that stands in a line: an error can bear the whole page of a proxy. */
export const REASON_CHARACTERS_MAX = 256;

/** How the exporter begins to tell that a collector took a batch in part; its answer follows as JSON. */
const PARTIAL_SUCCESS = 'Received Partial Success response:';

/** Hands what OpenTelemetry warns of to the log, each kind once: a collector that is down fails every batch. */
export class SdkWarnings {
  readonly #log: Log;
  readonly #saidKinds = new Set<string>();
  #rejectedSpans = 0;

  /** Takes the place of whoever listened to OpenTelemetry before. */
  constructor(log: Log) {
    this.#log = log;
    const say: DiagLogFunction = (message, ...details) => this.#hear(message, details);
    const ignore: DiagLogFunction = () => {};
    diag.setLogger(
      { error: say, warn: say, info: ignore, debug: ignore, verbose: ignore },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
    // The default handler writes an error with its stack and the answer's body into one text.
    setGlobalErrorHandler((error) => this.#say(reasonOf(error)));
  }

  /** Spans that a collector said it rejected since the last call. */
  takeRejectedSpans(): number {
    const rejected = this.#rejectedSpans;
    this.#rejectedSpans = 0;
    return rejected;
  }

  #hear(message: string, details: readonly unknown[]): void {
    if (message === PARTIAL_SUCCESS) this.#rejectedSpans += rejectedSpansIn(details[0]);
    this.#say([message, ...details.map(String)].join(' '));
  }

  #say(text: string): void {
    const reason = text.slice(0, REASON_CHARACTERS_MAX);
    const kind = reason.replaceAll(/\d+/gu, '0');
    if (this.#saidKinds.has(kind) || this.#saidKinds.size >= WARNING_KINDS_MAX) return;
    this.#saidKinds.add(kind);
    this.#log.warn(
      { reason },
      'OpenTelemetry warns of its spans; further warnings of this kind are not logged',
    );
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of several addresses tried in vain the error says nothing but its code.
  const code = 'code' in error ? String(error.code) : '';
  return [error.name, code, error.message].filter((part) => part !== '').join(' ');
}

function rejectedSpansIn(answer: unknown): number {
  const rejected = /"rejectedSpans":(\d+)/u.exec(String(answer))?.[1];
  return Number(rejected ?? 0);
}
