import type { Exposition } from './exposition.ts';
import type { Ending } from './ending.ts';
import type { Attempt, Recorder } from './recorder.ts';
import type { Label } from './series-table.ts';
import { Counter } from './counter.ts';
import { LabelValues } from './label-values.ts';
import { LatencyMetrics } from './latency-metrics.ts';
import { OverheadMetrics } from './overhead-metrics.ts';
import { labels, metrics } from './semconv.ts';
import { ShadowMetrics } from './shadow-metrics.ts';

/** What is counted of the requests that ended. */
export class RequestMetrics {
  readonly #model = label(labels.model, 256);
  readonly #replica = label(labels.replica, 256);
  readonly #engine = label(labels.engine, 16);
  readonly #error = label(labels.error, 64);
  readonly #route = label(labels.route, 64);
  readonly #status = label(labels.status, 64);
  readonly #tenant = label(labels.tenant, 512);
  readonly #source = label(labels.source, 4);
  readonly #reason = label(labels.reason, 64);
  readonly #service = label(labels.service, 8);

  readonly #latencies = new LatencyMetrics({
    operation: label(labels.operation, 32),
    model: this.#model,
    replica: this.#replica,
    error: this.#error,
  });
  readonly #requests = new Counter([
    this.#route,
    this.#model,
    this.#tenant,
    this.#status,
    this.#error,
  ]);
  readonly #refusals = new Counter([this.#error, this.#reason]);
  readonly #attempts = new Counter([this.#replica, this.#engine, this.#error]);
  readonly #retries = new Counter([this.#replica, this.#error]);
  readonly #streams = new Counter([this.#model, this.#tenant, this.#service]);
  readonly #inputTokens = new Counter([this.#model, this.#tenant, this.#source]);
  readonly #cachedTokens = new Counter([this.#model, this.#tenant]);
  readonly #outputTokens = new Counter([this.#model, this.#tenant, this.#source]);
  readonly #requestBytes = new Counter([this.#model, this.#tenant]);
  readonly #responseBytes = new Counter([this.#model, this.#tenant]);
  readonly #pauses = new Counter([this.#replica]);
  readonly #resumes = new Counter([this.#replica]);
  readonly #retriesDenied = new Counter([]);
  readonly #shadows = new ShadowMetrics();
  readonly #overhead = new OverheadMetrics();

  /** Counts one ended request. */
  observe(record: Recorder, ending: Ending): void {
    const model = this.#modelOf(record);
    this.#countRequest(record, model);
    this.#countTokens(record, model);
    this.#countAttempts(record);
    this.#shadows.observe(record);
    this.#countStream(record, model, ending);
    this.#overhead.observe(record, ending.endMs);
    this.#latencies.observe(record, model, ending);
  }

  /** Adds every family to a page. */
  expose(page: Exposition): void {
    this.#latencies.expose(page);
    page.scalars(metrics.requests, this.#requests.samples());
    page.scalars(metrics.refusals, this.#refusals.samples());
    page.scalars(metrics.attempts, this.#attempts.samples());
    page.scalars(metrics.retries, this.#retries.samples());
    page.scalars(metrics.streams, this.#streams.samples());
    this.#overhead.expose(page);
    page.scalars(metrics.inputTokens, this.#inputTokens.samples());
    page.scalars(metrics.cachedTokens, this.#cachedTokens.samples());
    page.scalars(metrics.outputTokens, this.#outputTokens.samples());
    page.scalars(metrics.requestBytes, this.#requestBytes.samples());
    page.scalars(metrics.responseBytes, this.#responseBytes.samples());
    page.scalars(metrics.pauses, this.#pauses.samples());
    page.scalars(metrics.resumes, this.#resumes.samples());
    page.scalars(metrics.retriesDenied, this.#retriesDenied.samples());
    this.#shadows.expose(page);
  }

  // Clients make names up: only a model that was sent to a replica gets a label of its own.
  #modelOf({ model, attempts }: Recorder): number {
    const { values } = this.#model;
    return attempts.length > 0 ? values.idOf(model) : values.knownIdOf(model);
  }

  #countRequest(record: Recorder, model: number): void {
    const tenant = this.#tenant.values.idOf(record.tenant);
    const error = this.#error.values.idOf(record.errorCode);
    const route = this.#route.values.idOf(record.arrival.route);
    this.#requests.add(1, route, model, tenant, this.#statusOf(record.status), error);
    this.#requestBytes.add(record.requestBytes, model, tenant);
    this.#responseBytes.add(record.responseBytes, model, tenant);
    if (record.refusal !== undefined) {
      this.#refusals.add(1, error, this.#reason.values.idOf(record.refusal));
    }
  }

  // A table of texts, since a number made into a text is a new string to hash each time.
  #statusOf(status: number): number {
    const text = STATUS_TEXTS[status] ?? '';
    return this.#status.values.idOf(text);
  }

  #countTokens(record: Recorder, model: number): void {
    if (record.attempts.length === 0) return;
    const tenant = this.#tenant.values.idOf(record.tenant);
    const sources = this.#source.values;
    const inputTokens = record.promptTokens ?? record.promptTokensEstimate;
    if (inputTokens !== undefined) {
      const source = sources.idOf(record.promptTokensSource ?? 'estimated');
      this.#inputTokens.add(inputTokens, model, tenant, source);
    }
    const outputTokens = record.outputTokens ?? record.timer.tokens;
    const source = sources.idOf(record.outputTokensSource);
    if (outputTokens > 0) this.#outputTokens.add(outputTokens, model, tenant, source);
    if (record.cachedTokens !== undefined)
      this.#cachedTokens.add(record.cachedTokens, model, tenant);
  }

  #countStream({ streamed, tenant }: Recorder, model: number, { service }: Ending): void {
    if (!streamed || service === undefined) return;
    const { values } = this.#service;
    this.#streams.add(1, model, this.#tenant.values.idOf(tenant), values.idOf(service));
  }

  #countAttempts({ attempts, lastAttempt, pauses, resumes, retryDenied }: Recorder): void {
    for (const attempt of attempts) this.#countAttempt(attempt, attempt !== lastAttempt);
    const replica = this.#replica.values.idOf(lastAttempt?.replica);
    if (pauses > 0) this.#pauses.add(pauses, replica);
    if (resumes > 0) this.#resumes.add(resumes, replica);
    if (retryDenied) this.#retriesDenied.add(1);
  }

  #countAttempt(attempt: Attempt, isFollowed: boolean): void {
    const replica = this.#replica.values.idOf(attempt.replica);
    const engine = this.#engine.values.idOf(attempt.engine);
    const error = this.#error.values.idOf(attempt.errorCode);
    this.#attempts.add(1, replica, engine, error);
    if (isFollowed) this.#retries.add(1, replica, error);
  }
}

const STATUS_TEXTS: readonly string[] = Array.from({ length: 600 }, (_, status) =>
  status < 100 ? '' : String(status),
);

function label(name: string, valuesMax: number): Label {
  return { name, values: new LabelValues(valuesMax) };
}
