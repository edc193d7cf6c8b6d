import type { MetricDefinition } from '../semconv.ts';
import { labels, metrics } from '../semconv.ts';
import type { Panel, Row } from './panel.ts';
import { lines } from './panel.ts';
import { gauge, rate, selector } from './queries.ts';

const LEGEND = `GPU {{${labels.gpu}}}`;

function one(title: string, unit: string, metric: MetricDefinition, description: string): Panel {
  return lines(title, unit, [{ expr: gauge(metric), legend: LEGEND }], description);
}

/** How the GPUs of this machine are, where replicas name theirs. */
export const gpusRow: Row = {
  title: 'GPUs: how they are',
  panels: [
    lines(
      'Sick GPUs, and warnings',
      'short',
      [
        {
          expr: `${metrics.gpuState.name}${selector(metrics.gpuState, `${labels.state}!="healthy"`)}`,
          legend: `${LEGEND} is {{${labels.state}}}`,
        },
        { expr: gauge(metrics.gpuFindings), legend: `${LEGEND}: {{${labels.reason}}}` },
        {
          expr: `60 * ${rate(metrics.gpuXids, labels.gpu, labels.xid)}`,
          legend: `${LEGEND}: XID {{${labels.xid}}} a minute`,
        },
        { expr: gauge(metrics.gpuUncorrectedErrors), legend: `${LEGEND}: memory errors` },
      ],
      'The replicas of a sick GPU are drained until it is well; a warning is for people.',
    ),
    lines(
      'Throttled',
      'short',
      [{ expr: gauge(metrics.gpuThrottled), legend: `${LEGEND}: {{${labels.reason}}}` }],
      'Why a GPU is slower than it could be. A power cap is by design; heat and brakes are not.',
    ),
    one('Temperature', 'celsius', metrics.gpuTemperature, 'Where it rises, look at the fans.'),
    one('Power', 'watt', metrics.gpuPower, 'What each GPU draws.'),
    one('SM clock', 'hertz', metrics.gpuSmClock, 'It falls where a GPU is throttled.'),
    lines(
      'Memory',
      'bytes',
      [
        { expr: gauge(metrics.gpuMemoryUsed), legend: LEGEND },
        { expr: gauge(metrics.gpuMemoryTotal), legend: `${LEGEND} in all` },
      ],
      'Engines take nearly all of it at their start.',
    ),
    one(
      'Utilisation',
      'percentunit',
      metrics.gpuUtilization,
      'No sign of load: one stream shows all of it.',
    ),
    lines(
      'Age of the reading',
      's',
      [
        { expr: gauge(metrics.gpuReadingAge), legend: 'age' },
        { expr: gauge(metrics.gpuInfo), legend: `${LEGEND} is a {{${labels.gpuName}}}` },
      ],
      'It rises where nvidia-smi does not answer: the driver is sick.',
    ),
  ],
};
