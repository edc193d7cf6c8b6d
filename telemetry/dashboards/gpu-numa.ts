import type { Dashboard } from './dashboard.ts';
import { labels, metrics } from '../semconv.ts';
import { gpuRows } from './gpu-rows.ts';
import { lines, table } from './panel.ts';
import {
  byReplica,
  gauge,
  gaugeByNode,
  quantile,
  quantileByNode,
  rate,
  rateByNode,
} from './queries.ts';

const { replica, numaNode, engine, engineVersion } = labels;

const ofNode = `node {{${numaNode}}}`;
const ofReplica = `{{${replica}}}`;

const listing = `max by (${replica}, ${numaNode}, ${engine}, ${engineVersion}) (${gauge(metrics.replicaInfo)})`;

const kvPromised = `${gaugeByNode(metrics.replicaPromisedKvTokens)} / ${gaugeByNode(metrics.replicaKvCapacityTokens)}`;

/** Which half of the host works, and which one waits. */
export const gpuNuma: Dashboard = {
  name: 'numagate-gpu-numa',
  title: 'numagate · GPU and NUMA',
  description:
    'Does each NUMA node do its part, and is a GPU sick? Load and latency by node, the health of GPUs, and which replica stands where.',
  variables: [],
  rows: [
    {
      title: 'Which node is slower?',
      panels: [
        lines({
          title: 'Is one node slower from token to token?',
          description:
            'Gap between tokens, p95. Equal GPUs give equal lines; a node apart has cores or memory of the wrong socket: gateway plan says which are right.',
          unit: 's',
          queries: [{ expr: quantileByNode(0.95, metrics.interTokenLatency), legend: ofNode }],
        }),
        lines({
          title: 'Is one node slower to the first token?',
          description: 'Time to first token, p95.',
          unit: 's',
          queries: [{ expr: quantileByNode(0.95, metrics.timeToFirstToken), legend: ofNode }],
        }),
        lines({
          title: 'How fast is each node at prefill?',
          description:
            'Prompt tokens by the second, fitted on streams and summed over the replicas of the node.',
          unit: 'suffix: tok/s',
          queries: [{ expr: gaugeByNode(metrics.replicaPrefillRate), legend: ofNode }],
        }),
      ],
    },
    {
      title: 'Does each node do its part?',
      panels: [
        lines({
          title: 'Who works for how many?',
          description:
            'Requests in flight. Uneven bands mean that half of the host works for the other one: see Fleet for who is out.',
          unit: 'short',
          stacks: true,
          queries: [{ expr: gaugeByNode(metrics.replicaInFlightRequests), legend: ofNode }],
        }),
        lines({
          title: 'Where do new requests go?',
          description:
            'Attempts by the second. Of equal replicas the one on the emptier node is taken.',
          unit: 'reqps',
          stacks: true,
          queries: [{ expr: rateByNode(metrics.attempts), legend: ofNode }],
        }),
        lines({
          title: 'How full is each node?',
          description: 'KV promised over KV capacity of its replicas.',
          unit: 'percentunit',
          queries: [{ expr: kvPromised, legend: ofNode }],
          limits: { warn: 0.85, bad: 1 },
        }),
      ],
    },
    ...gpuRows,
    {
      title: 'Which replica stands where?',
      panels: [
        table({
          title: 'Each replica with its node, the slowest first',
          description:
            'Two replicas of one node that are both slow point at the node; one alone points at its GPUs. A replica without a node was not told where it is: replicas[].numaNode.',
          labels: {
            [replica]: 'Replica',
            [numaNode]: 'Node',
            [engine]: 'Engine',
            [engineVersion]: 'Version',
          },
          listing,
          sortBy: 'Decode step',
          height: 6,
          columns: [
            {
              name: 'Gap p95',
              unit: 's',
              expr: quantile(0.95, metrics.interTokenLatency, replica),
            },
            { name: 'Decode step', unit: 's', expr: byReplica(metrics.replicaDecodeStep) },
            {
              name: 'Prefill',
              unit: 'suffix: tok/s',
              expr: byReplica(metrics.replicaPrefillRate),
            },
            {
              name: 'KV capacity',
              unit: 'suffix: tok',
              expr: byReplica(metrics.replicaKvCapacityTokens),
            },
            { name: 'Requests', unit: 'reqps', expr: rate(metrics.attempts, replica) },
          ],
        }),
        lines({
          title: 'Which replica pulls its node down?',
          description:
            'Gap between tokens, p95. One line apart: look at the GPUs of that replica, above.',
          unit: 's',
          width: 12,
          queries: [
            { expr: quantile(0.95, metrics.interTokenLatency, replica), legend: ofReplica },
          ],
        }),
        lines({
          title: 'Which replica is held up at prefill?',
          description: 'Prompt tokens sent and not yet answered by a first token.',
          unit: 'suffix: tok',
          width: 12,
          queries: [{ expr: byReplica(metrics.replicaInFlightPrefillTokens), legend: ofReplica }],
        }),
      ],
    },
  ],
};
