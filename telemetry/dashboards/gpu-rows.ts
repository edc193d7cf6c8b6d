import type { MetricDefinition } from '../semconv.ts';
import { labels, metrics } from '../semconv.ts';
import type { LinesPanel, Row } from './panel.ts';
import { lines, table } from './panel.ts';
import { gauge, rate } from './queries.ts';

const { gpu, replica, numaNode, state, reason, xid, gpuName } = labels;

const ofGpu = `GPU {{${gpu}}}`;

const listing = `max by (${gpu}, ${replica}, ${numaNode}, ${state}) (${gauge(metrics.gpuState)})`;

const memoryUsage = `max by (${gpu}) (${gauge(metrics.gpuMemoryUsed)} / ${gauge(metrics.gpuMemoryTotal)})`;

function byGpu(metric: MetricDefinition): string {
  return `max by (${gpu}) (${gauge(metric)})`;
}

function ofEach(
  metric: MetricDefinition,
  panel: Pick<LinesPanel, 'title' | 'unit' | 'description'>,
): LinesPanel {
  return lines({ ...panel, queries: [{ expr: byGpu(metric), legend: ofGpu }] });
}

/** How the GPUs of this machine are, where replicas name theirs. */
export const gpuRows: readonly Row[] = [
  {
    title: 'Is a GPU sick, or held back?',
    panels: [
      table({
        title: 'Each GPU, the hottest first',
        description:
          'Sick ones have their replica drained; a warning is for you. A low clock with heat is cooling; a low clock of a cool one is power. Memory errors that grow make a GPU sick: gateway explain says which.',
        labels: { [gpu]: 'GPU', [replica]: 'Replica', [numaNode]: 'Node', [state]: 'State' },
        listing,
        sortBy: 'Temperature',
        height: 9,
        columns: [
          {
            name: 'Temperature',
            unit: 'celsius',
            expr: byGpu(metrics.gpuTemperature),
            // An H100 begins to slow its clocks some degrees below 90.
            limits: { warn: 80, bad: 86 },
          },
          { name: 'SM clock', unit: 'hertz', expr: byGpu(metrics.gpuSmClock) },
          { name: 'Power', unit: 'watt', expr: byGpu(metrics.gpuPower) },
          { name: 'Memory', unit: 'percentunit', expr: memoryUsage },
          {
            name: 'Memory errors',
            unit: 'short',
            expr: byGpu(metrics.gpuUncorrectedErrors),
            limits: { warn: 1, bad: 1 },
          },
        ],
      }),
      lines({
        title: 'What do they have?',
        description:
          'Findings, and XIDs of the kernel log by the minute. Replicas of a sick GPU are drained until it is well.',
        unit: 'short',
        queries: [
          { expr: gauge(metrics.gpuFindings), legend: `${ofGpu}: {{${reason}}}` },
          { expr: `60 * ${rate(metrics.gpuXids, gpu, xid)}`, legend: `${ofGpu}: XID {{${xid}}}` },
        ],
      }),
      lines({
        title: 'What holds them back?',
        description:
          'Why a GPU is slower than it could be. A power cap is by design; heat and brakes are not: look at fans and power supplies.',
        unit: 'short',
        queries: [{ expr: gauge(metrics.gpuThrottled), legend: `${ofGpu}: {{${reason}}}` }],
      }),
      ofEach(metrics.gpuSmClock, {
        title: 'Whose clock falls?',
        unit: 'hertz',
        description: 'One below the others decodes more slowly, and its replica with it.',
      }),
      ofEach(metrics.gpuTemperature, {
        title: 'Which one is hot?',
        unit: 'celsius',
        description: 'Where it rises, look at the fans.',
      }),
      ofEach(metrics.gpuPower, {
        title: 'What does each draw?',
        unit: 'watt',
        description:
          'A GPU of a busy replica that draws little waits for the others of its replica.',
      }),
      ofEach(metrics.gpuUtilization, {
        title: 'Does anything run on it?',
        unit: 'percentunit',
        description: 'No sign of load: one stream shows all of it. At 0 nothing runs at all.',
      }),
      lines({
        title: 'How old is this?',
        description: 'It rises where nvidia-smi does not answer: the driver is sick.',
        unit: 's',
        width: 12,
        queries: [{ expr: `max(${gauge(metrics.gpuReadingAge)})`, legend: 'age' }],
      }),
      lines({
        title: 'Which models of GPUs are there?',
        description: 'How many of each. Different ones are different in speed too.',
        unit: 'short',
        width: 12,
        stacks: true,
        queries: [
          {
            expr: `count by (${gpuName}) (${gauge(metrics.gpuInfo)})`,
            legend: `{{${gpuName}}}`,
          },
        ],
      }),
    ],
  },
];
