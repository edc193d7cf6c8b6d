import type { Exposition } from './exposition.ts';
import type { Recorder, ShadowReading } from './recorder.ts';
import { Counter } from './counter.ts';
import { LabelValues } from './label-values.ts';
import { labels, metrics } from './semconv.ts';

/** Policies are named by the settings: two at a time. */
const POLICIES_MAX = 16;

/** What is counted of decisions that a shadow policy judged too. */
export class ShadowMetrics {
  readonly #policies = new LabelValues(POLICIES_MAX);
  readonly #agreements = new LabelValues(2);
  readonly #decisions = new Counter([
    { name: labels.policy, values: this.#policies },
    { name: labels.agrees, values: this.#agreements },
  ]);
  readonly #costs = new Counter([
    { name: labels.policy, values: this.#policies },
    { name: labels.judge, values: this.#policies },
  ]);

  /** Counts every decision on one ended request. */
  observe({ routes }: Recorder): void {
    for (const { shadow } of routes) if (shadow !== undefined) this.#count(shadow);
  }

  /** Adds both families to a page. */
  expose(page: Exposition): void {
    page.scalars(metrics.shadowDecisions, this.#decisions.samples());
    page.scalars(metrics.shadowCost, this.#costs.samples());
  }

  #count({ actingPolicy, shadowPolicy, agrees, costs }: ShadowReading): void {
    const acting = this.#policies.idOf(actingPolicy);
    const shadow = this.#policies.idOf(shadowPolicy);
    this.#decisions.add(1, shadow, this.#agreements.idOf(String(agrees)));
    for (const { judge, actingSeconds, shadowSeconds } of costs) {
      this.#costs.add(actingSeconds, acting, this.#policies.idOf(judge));
      this.#costs.add(shadowSeconds, shadow, this.#policies.idOf(judge));
    }
  }
}
