import type { Dashboard } from './dashboard.ts';
import { labels, metrics } from '../semconv.ts';
import { lines, stat, states, table } from './panel.ts';
import {
  byReplica,
  gauge,
  quantile,
  rate,
  rateWhere,
  selector,
  shareOf,
  timesBestPeer,
} from './queries.ts';

const { replica, engine, state, numaNode, error, reason, event, service } = labels;

const ofReplica = `{{${replica}}}`;

const decodeStep = byReplica(metrics.replicaDecodeStep);

// The median, since tails grow with the load. Whom routing spares has no gaps: what it believes of it stands in for them.
const slowness = `(${timesBestPeer(0.5, metrics.interTokenLatency)} >= 0) or ${decodeStep} / on () group_left () min(${decodeStep})`;

const promised = `max by (${replica}) (${gauge(metrics.replicaPromisedKvTokens)} / ${gauge(metrics.replicaKvCapacityTokens)})`;

const failedAttempts = shareOf(
  rateWhere(metrics.attempts, `${error}=~"engine_.*"`, replica),
  rate(metrics.attempts, replica),
);

const badService = shareOf(
  rateWhere(metrics.streams, `${service}=~"late|slow|failed"`),
  rateWhere(metrics.streams, `${service}!="left"`),
);

const notReady = `sum(${gauge(metrics.replicaState)}) - (sum(${gauge(metrics.replicaState, `${state}="ready"`)}) or vector(0))`;

/** Who is what, with the node of those that have one. */
const listing = `max by (${replica}, ${state}, ${engine}, ${numaNode}) (${gauge(metrics.replicaState)} * on (job, instance, ${replica}) group_left (${numaNode}) ${metrics.replicaInfo.name}${selector(metrics.replicaInfo)})`;

const standing = `max by (${replica}) (${[
  `3 * ${gauge(metrics.replicaState, `${state}="ready"`)}`,
  `2 * ${gauge(metrics.replicaState, `${state}=~"starting|half-open|probing"`)}`,
  gauge(metrics.replicaState, `${state}="draining"`),
  `0 * ${gauge(metrics.replicaState, `${state}=~"ejected|suspended"`)}`,
].join(' or ')})`;

/** Who is slow, full or gone. */
export const fleet: Dashboard = {
  name: 'numagate-fleet',
  title: 'numagate · Fleet',
  description:
    'Who is slow, who is full, who is gone? The first dashboard to open when the pager rings.',
  variables: [],
  rows: [
    {
      title: 'Who is slow, full or gone?',
      panels: [
        stat({
          title: 'Who is slowest?',
          description:
            'Median gap between tokens as a multiple of the best replica of its model; of one that routing spares, its decode step. From 1.5 on it is slow: look at the clocks and the throttling of its GPUs, then at who else uses its cores; drain it if it stays.',
          unit: 'suffix:×',
          query: { expr: `topk(1, ${slowness})`, legend: ofReplica },
          limits: { warn: 1.25, bad: 1.5 },
          width: 6,
        }),
        stat({
          title: 'Who is fullest?',
          description:
            'Most of its KV cache that our open requests will reach together. Near 1 nobody else gets in there: if all replicas are, the fleet is too small; if one is, look at Routing.',
          unit: 'percentunit',
          query: { expr: `topk(1, ${promised})`, legend: ofReplica },
          limits: { warn: 0.85, bad: 1 },
          width: 6,
        }),
        stat({
          title: 'How many are not ready?',
          description:
            'Replicas that get no requests, or one on trial. The table and the bands below say which ones, and their log why.',
          unit: 'short',
          query: { expr: notReady, legend: 'not ready' },
          limits: { warn: 1, bad: 2 },
        }),
        stat({
          title: 'How many wait?',
          description:
            'Requests in the waiting room. Some for a moment are a crowd that passes; many that stay are a fleet too small, or a replica missing.',
          unit: 'short',
          query: { expr: `sum(${gauge(metrics.waitingRequests)})`, legend: 'waiting' },
          limits: { warn: 1, bad: 100 },
        }),
        stat({
          title: 'How much is served badly?',
          description:
            'Share of streams that were late, slow or broken; those that clients left do not count. Above 20 % an alert rings.',
          unit: 'percentunit',
          query: { expr: badService, legend: 'late, slow or failed' },
          limits: { warn: 0.05, bad: 0.2 },
        }),
        table({
          title: 'Each replica, the slowest first',
          description:
            'Read along the red cells. Slow and not full: its host or its GPUs. Slow and full: too much work. Failing: its log. An old load: it does not answer the poll.',
          labels: {
            [replica]: 'Replica',
            [state]: 'State',
            [numaNode]: 'Node',
            [engine]: 'Engine',
          },
          listing,
          sortBy: 'Slower than best',
          columns: [
            {
              name: 'Slower than best',
              unit: 'suffix:×',
              expr: slowness,
              limits: { warn: 1.25, bad: 1.5 },
            },
            {
              name: 'Gap p95',
              unit: 's',
              expr: quantile(0.95, metrics.interTokenLatency, replica),
            },
            {
              name: 'TTFT p95',
              unit: 's',
              expr: quantile(0.95, metrics.timeToFirstToken, replica),
            },
            {
              name: 'KV promised',
              unit: 'percentunit',
              expr: promised,
              limits: { warn: 0.85, bad: 1 },
            },
            { name: 'In flight', unit: 'short', expr: byReplica(metrics.replicaInFlightRequests) },
            {
              name: 'Attempts failed',
              unit: 'percentunit',
              expr: failedAttempts,
              limits: { warn: 0.01, bad: 0.2 },
            },
            {
              name: 'Load is old by',
              unit: 's',
              expr: byReplica(metrics.replicaLoadAge),
              limits: { warn: 5, bad: 30 },
            },
          ],
        }),
      ],
    },
    {
      title: 'Since when?',
      panels: [
        states({
          title: 'Who was ready, and who was not?',
          description:
            'On trial is a start or a single request that decides. Out is ejected or suspended: Ejections says why.',
          query: { expr: standing, legend: ofReplica },
          names: { 3: 'ready', 2: 'on trial', 1: 'draining', 0: 'out' },
        }),
        lines({
          title: 'Since when is one slower than the others?',
          description:
            'Gap between tokens, p95. One line apart is a slow replica; all lines together are load. Points lead to traces.',
          unit: 's',
          queries: [
            { expr: quantile(0.95, metrics.interTokenLatency, replica), legend: ofReplica },
          ],
        }),
        lines({
          title: 'Where do first tokens come late?',
          description:
            'Time to first token, p95. One line apart has long prompts or slow prefill; all of them: see Routing, waiting room.',
          unit: 's',
          queries: [{ expr: quantile(0.95, metrics.timeToFirstToken, replica), legend: ofReplica }],
        }),
        lines({
          title: 'Whose decode step takes longest?',
          description:
            'As fitted on the streams of each replica under its present load: it reacts within seconds. Who has served little is reckoned by its peers.',
          unit: 's',
          queries: [{ expr: decodeStep, legend: ofReplica }],
        }),
      ],
    },
    {
      title: 'Why?',
      panels: [
        lines({
          title: 'Who is full?',
          description:
            'KV promised: the most that our open requests reach together. Near 1 the waiting room fills.',
          unit: 'percentunit',
          queries: [{ expr: promised, legend: ofReplica }],
          limits: { warn: 0.85, bad: 1 },
        }),
        lines({
          title: 'How full do engines say they are?',
          description:
            'KV cache in use. Above what is promised stand cached prefixes, or traffic past this gateway.',
          unit: 'percentunit',
          queries: [{ expr: byReplica(metrics.replicaKvCacheUsage), legend: ofReplica }],
        }),
        lines({
          title: 'Who has how many requests?',
          description: 'What this gateway has open at each: exact, at every moment.',
          unit: 'short',
          queries: [{ expr: byReplica(metrics.replicaInFlightRequests), legend: ofReplica }],
        }),
        lines({
          title: 'Whose attempts fail, and how?',
          description:
            'Retries hide these from clients; a replica that stands out is ill. docs/errors.md says what each code means.',
          unit: 'reqps',
          queries: [
            {
              expr: rateWhere(metrics.attempts, `${error}!=""`, replica, error),
              legend: `${ofReplica} {{${error}}}`,
            },
          ],
        }),
        lines({
          title: 'Who is taken out, and who is quiet?',
          description:
            'Ejections a minute by reason, and replicas that owe an answer. A stall is the silence of all answers of one.',
          unit: 'short',
          queries: [
            {
              expr: `60 * ${rate(metrics.replicaEjections, replica, reason)}`,
              legend: `${ofReplica} {{${reason}}}`,
            },
            { expr: byReplica(metrics.replicaQuiet), legend: `${ofReplica} is quiet` },
          ],
        }),
        lines({
          title: 'Who does not answer the poll?',
          description:
            'Age of what each engine told of its load. It climbs where polls fail: busy, hung or gone. From 30 s on an alert rings.',
          unit: 's',
          queries: [{ expr: byReplica(metrics.replicaLoadAge), legend: ofReplica }],
          limits: { warn: 5, bad: 30 },
        }),
        lines({
          title: 'What befell replicas?',
          description: 'Events a minute: joins, restarts, ejections, drains by your word.',
          unit: 'short',
          queries: [
            {
              expr: `60 * ${rate(metrics.replicaEvents, replica, event)}`,
              legend: `${ofReplica} {{${event}}}`,
            },
          ],
        }),
        lines({
          title: 'What do clients get?',
          description:
            'Streams by service, by the second. Good is a first token and a pace within routing.goodFirstTokenMs and goodTokenGapMs.',
          unit: 'reqps',
          stacks: true,
          queries: [{ expr: rate(metrics.streams, service), legend: `{{${service}}}` }],
        }),
        lines({
          title: 'Which attempts went on elsewhere?',
          description:
            'Streams that broke and went on at another replica, and tries that would have been too many. Denied ones reached clients as errors.',
          unit: 'reqps',
          queries: [
            { expr: rate(metrics.resumes, replica), legend: `went on at ${ofReplica}` },
            { expr: rate(metrics.retriesDenied), legend: 'denied' },
          ],
        }),
      ],
    },
  ],
};
