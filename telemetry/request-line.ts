import type { Ending } from './ending.ts';
import type { Recorder } from './recorder.ts';

/** The log line of one ended request, in the order in which it is read; `undefined` fields are left out. */
export function requestLine(record: Recorder, ending: Ending): object {
  const { arrival, attempts, lastAttempt } = record;
  const { endMs, wallMs, service } = ending;
  const timing = record.timing();
  return {
    level: 'info',
    time: wallMs,
    msg: 'request',
    request_id: arrival.requestId,
    trace_id: record.trace?.traceId,
    trace: record.trace === undefined ? undefined : ending.decision,
    route: arrival.route,
    dialect: record.dialect,
    tenant: record.tenant,
    model: record.model,
    stream: record.streamed,
    status: record.status,
    service,
    error: record.errorCode,
    cause: record.errorCause,
    refusal: record.refusal,
    finish_reason: record.finishReason,
    replica: lastAttempt?.replica,
    attempts: attempts.length,
    failed_attempts: attempts.length > 1 ? failedAttempts(record) : undefined,
    duration_ms: rounded(endMs - arrival.receivedMs),
    queue_ms: rounded(record.queueWaitMs),
    ttft_ms: rounded(timing.timeToFirstTokenMs),
    tpot_ms: rounded(timing.timePerOutputTokenMs),
    itl_max_ms: rounded(timing.interTokenLatencyMaxMs),
    input_tokens: record.promptTokens,
    input_tokens_source: record.promptTokensSource,
    input_tokens_estimate: rounded(record.promptTokensEstimate),
    cached_tokens: record.cachedTokens,
    output_tokens: timing.outputTokens,
    output_tokens_source: record.outputTokensSource,
    output_tokens_estimate: record.outputTokensEstimate,
    request_bytes: record.requestBytes,
    response_bytes: record.responseBytes,
    pauses: record.pauses > 0 ? record.pauses : undefined,
    resumes: record.resumes > 0 ? record.resumes : undefined,
    decisions: isPlain(record, ending) ? undefined : decisionsOf(record),
  };
}

/** What went wrong or was slow tells why it went where it went. */
function isPlain({ errorCode }: Recorder, { service }: Ending): boolean {
  return errorCode === undefined && service !== 'late' && service !== 'slow';
}

function decisionsOf({ routes }: Recorder): readonly string[] | undefined {
  return routes.length === 0 ? undefined : routes.map(({ reason }) => reason);
}

function failedAttempts({ attempts }: Recorder): readonly string[] {
  return attempts
    .filter(({ errorCode }) => errorCode !== undefined)
    .map(({ replica, errorCode }) => `${replica}: ${errorCode}`);
}

// A microsecond is finer than any clock here, and short numbers are cheap to print.
function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1000) / 1000;
}
