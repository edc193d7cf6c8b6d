import type { Dashboard } from './dashboard.ts';
import { labels, metrics } from '../semconv.ts';
import { lines, percentiles, stat } from './panel.ts';
import { byReplica, gauge, quantile, rate, rateWhere, shareOf } from './queries.ts';

const { replica, tenant, error, reason, policy, agrees, judge, service } = labels;

const ofReplica = `{{${replica}}}`;

const imbalance: string = ['max', 'avg']
  .map((over) => `${over}(${gauge(metrics.replicaInFlightRequests)})`)
  .join(' / ');

const toldRequests = `max by (${replica}) (${gauge(metrics.replicaRunningRequests)} + ${gauge(metrics.replicaWaitingRequests)})`;

const heldByOurs = `max by (${replica}) (${gauge(metrics.replicaInFlightKvTokens)} / ${gauge(metrics.replicaKvCapacityTokens)})`;

const goodOfTenant = shareOf(
  rateWhere(metrics.streams, `${service}="good"`, tenant),
  rateWhere(metrics.streams, `${service}!="left"`, tenant),
);

const agreement = shareOf(
  rateWhere(metrics.shadowDecisions, `${agrees}="true"`, policy),
  rate(metrics.shadowDecisions, policy),
);

/** Low end, middle and high end of an estimate, which can be off either way. */
function bothTails(metric: (typeof metrics)['promptEstimateRatio']) {
  return [0.05, 0.5, 0.95].map((share) => ({
    expr: quantile(share, metric),
    legend: `p${share * 100}`,
  }));
}

/** Where requests go, why there, and why some go nowhere. */
export const routing: Dashboard = {
  name: 'numagate-routing',
  title: 'numagate · Routing',
  description:
    'Where do requests go, and is it right? Spread, waiting room, fairness, refusals, and what routing believes against what is.',
  variables: [],
  rows: [
    {
      title: 'Is it right?',
      panels: [
        stat({
          title: 'How uneven is it?',
          description:
            'Requests in flight at the fullest replica over the mean; 1 is even. Uneven by right where replicas differ in speed or prefixes are shared.',
          unit: 'suffix:×',
          query: { expr: imbalance, legend: 'fullest over mean' },
          limits: { warn: 1.5, bad: 2.5 },
          width: 6,
        }),
        stat({
          title: 'How far is the ledger off?',
          description:
            'The most requests that an engine tells of beyond ours. Steadily above 4 an alert rings: traffic past this gateway, or a leak.',
          unit: 'short',
          query: { expr: `max(${gauge(metrics.replicaDriftRequests)})`, legend: 'requests' },
          limits: { warn: 2, bad: 5 },
          width: 6,
        }),
        stat({
          title: 'How long for a place (p95)?',
          description: 'Above 5 s for ten minutes an alert rings: the fleet is too small.',
          unit: 's',
          query: { expr: quantile(0.95, metrics.queueWait), legend: 'p95' },
          limits: { warn: 1, bad: 5 },
          width: 6,
        }),
        stat({
          title: 'How many are refused?',
          description: 'By the second. Refusals below says by what.',
          unit: 'reqps',
          query: { expr: `${rate(metrics.refusals)} or vector(0)`, legend: 'refused' },
          limits: { warn: 0.1, bad: 1 },
          width: 6,
        }),
      ],
    },
    {
      title: 'Where do requests go?',
      panels: [
        lines({
          title: 'Who gets how many?',
          description:
            'Attempts by replica. Equal replicas under equal requests get equal shares; a slow one gets fewer.',
          unit: 'reqps',
          stacks: true,
          queries: [{ expr: rate(metrics.attempts, replica), legend: ofReplica }],
        }),
        lines({
          title: 'Who has how much to prefill?',
          description:
            'Prompt tokens sent and not yet answered by a first token. About one step of each: more is kept in the waiting room.',
          unit: 'suffix: tok',
          queries: [{ expr: byReplica(metrics.replicaInFlightPrefillTokens), legend: ofReplica }],
        }),
        lines({
          title: 'How much is tried again?',
          description: 'Further tries, by the replica that had failed and how.',
          unit: 'reqps',
          queries: [
            { expr: rate(metrics.retries, replica, error), legend: `${ofReplica} {{${error}}}` },
          ],
        }),
      ],
    },
    {
      title: 'Who waits, and who is refused?',
      panels: [
        lines({
          title: 'How many wait?',
          description: 'Requests without a place so far.',
          unit: 'short',
          queries: [{ expr: `sum(${gauge(metrics.waitingRequests)})`, legend: 'waiting' }],
        }),
        percentiles(metrics.queueWait, {
          title: 'How long do they wait?',
          description: 'Admission to a place on a replica.',
        }),
        lines({
          title: 'Who is refused, and by what?',
          description:
            'A rate_limited client is over its own quota; saturated is ours: add replicas, or raise the bound that the reason names.',
          unit: 'reqps',
          stacks: true,
          queries: [
            {
              expr: rate(metrics.refusals, error, reason),
              legend: `{{${error}}} {{${reason}}}`,
            },
          ],
        }),
        lines({
          title: 'Does each tenant get its share?',
          description:
            'Output tokens by the second. While requests wait, shares follow tenants[].weight; otherwise who asks gets.',
          unit: 'suffix: tok/s',
          stacks: true,
          queries: [{ expr: rate(metrics.outputTokens, tenant), legend: `{{${tenant}}}` }],
        }),
        lines({
          title: 'Who is served well?',
          description:
            'Share of streams with good service, by tenant. One far below the others has a low priority, long prompts, or a share too small.',
          unit: 'percentunit',
          queries: [{ expr: goodOfTenant, legend: `{{${tenant}}}` }],
        }),
        lines({
          title: 'Whose prompts are these?',
          description: 'Prompt tokens by the second that reached a replica, by tenant.',
          unit: 'suffix: tok/s',
          stacks: true,
          queries: [{ expr: rate(metrics.inputTokens, tenant), legend: `{{${tenant}}}` }],
        }),
      ],
    },
    {
      title: 'Does what it believes hold?',
      panels: [
        lines({
          title: 'Ledger against gauge: requests',
          description:
            'What is in flight here, and what the engine last told (dashed). They move together; a gauge that stays above is traffic past this gateway.',
          unit: 'short',
          queries: [
            { expr: byReplica(metrics.replicaInFlightRequests), legend: ofReplica },
            { expr: toldRequests, legend: `${ofReplica} as told` },
          ],
        }),
        lines({
          title: 'Ledger against gauge: KV',
          description:
            'What our requests hold, and what the engine last told (dashed). Between them lie cached prefixes.',
          unit: 'percentunit',
          queries: [
            { expr: heldByOurs, legend: ofReplica },
            { expr: byReplica(metrics.replicaKvCacheUsage), legend: `${ofReplica} as told` },
          ],
        }),
        lines({
          title: 'Whose ledger is off?',
          description:
            'Requests beyond what was sent by the time of the poll: 0 but for moments. KV: see above.',
          unit: 'short',
          queries: [{ expr: byReplica(metrics.replicaDriftRequests), legend: ofReplica }],
        }),
        lines({
          title: 'KV tokens that are not ours',
          description: 'Told of beyond what open requests hold: cached prefixes, other traffic.',
          unit: 'suffix: tok',
          queries: [{ expr: byReplica(metrics.replicaDriftKvTokens), legend: ofReplica }],
        }),
        lines({
          title: 'Are answers as long as predicted?',
          description:
            'Expected over true output tokens; 1 is exact. KV is promised by it: p50 far from 1 wastes room or overfills.',
          unit: 'suffix:×',
          queries: bothTails(metrics.outputEstimateRatio),
        }),
        lines({
          title: 'Are prompts as long as estimated?',
          description: 'Estimated over true prompt tokens; 1 is exact. Prefill is reckoned by it.',
          unit: 'suffix:×',
          queries: bothTails(metrics.promptEstimateRatio),
        }),
        lines({
          title: 'How fast does it think prefill is?',
          description:
            'Prompt tokens by the second, fitted on the streams of each replica. Equal GPUs have equal lines.',
          unit: 'suffix: tok/s',
          queries: [{ expr: byReplica(metrics.replicaPrefillRate), legend: ofReplica }],
        }),
        lines({
          title: 'Would the shadow policy pick the same?',
          description:
            'Share of decisions in which routing.shadow agrees. Empty where none is set.',
          unit: 'percentunit',
          queries: [{ expr: agreement, legend: `{{${policy}}}` }],
        }),
        lines({
          title: 'What would the shadow policy save?',
          description:
            'Seconds that the picks of each policy cost by the second, as each of the two reckons them: the lower line of one judge is the better policy by it.',
          unit: 's',
          queries: [
            {
              expr: rate(metrics.shadowCost, policy, judge),
              legend: `{{${policy}}} by {{${judge}}}`,
            },
          ],
        }),
      ],
    },
  ],
};
