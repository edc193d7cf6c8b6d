import { describe, expect, it } from 'vitest';
import { Exposition } from '../../telemetry/exposition.ts';
import { LabelValues } from '../../telemetry/label-values.ts';
import { HISTOGRAM_SERIES_MAX, LatencyMetrics } from '../../telemetry/latency-metrics.ts';
import type { Recorder } from '../../telemetry/recorder.ts';
import { labels, metrics } from '../../telemetry/semconv.ts';
import type { Label } from '../../telemetry/series-table.ts';
import { seriesOn, valueOn } from '../support/metrics-page.ts';
import { aDestination, aRecord, aTrace, anAnsweredRecord, anEnding } from '../support/records.ts';

function aLabel(name: string): Label {
  return { name, values: new LabelValues(1000) };
}

/** Observes records that end at 1,080 ms, and shows the page. */
function pageOf(
  records: readonly Recorder[],
  format: 'prometheus' | 'openmetrics' = 'prometheus',
): string {
  const model = aLabel(labels.model);
  const latencies = new LatencyMetrics({
    operation: aLabel(labels.operation),
    model,
    replica: aLabel(labels.replica),
    error: aLabel(labels.error),
  });
  for (const record of records) {
    const decision = record.trace?.sampled === true ? 'drawn' : 'passed_over';
    const ending = anEnding({ wallMs: 1_700_000_000_500, decision });
    latencies.observe(record, model.values.idOf(record.model), ending);
  }
  const page = new Exposition(format);
  latencies.expose(page);
  return page.text();
}

const answered = 'gen_ai_operation_name="chat",gen_ai_request_model="llama",replica="replica-0"';

describe('the latencies of an answer', () => {
  const page = pageOf([anAnsweredRecord()]);

  it.each([
    [metrics.requestDuration.name, 0.08, 1],
    [metrics.timeToFirstToken.name, 0.02, 1],
    [metrics.timePerOutputToken.name, 0.05 / 3, 1],
    [metrics.interTokenLatency.name, 0.05, 3],
    [metrics.queueWait.name, 0.004, 1],
  ])('are seconds: %s adds up to %f in %i observations', (name, sum, count) => {
    expect(valueOn(page, `${name}_sum{${answered}}`)).toBeCloseTo(sum, 9);
    expect(valueOn(page, `${name}_count{${answered}}`)).toBe(count);
  });

  it('stand in their buckets', () => {
    const bucket = (name: string, bound: string): number | undefined =>
      valueOn(page, `${name}_bucket{${answered},le="${bound}"}`);

    expect(bucket(metrics.timeToFirstToken.name, '0.01')).toBe(0);
    expect(bucket(metrics.timeToFirstToken.name, '0.02')).toBe(1);
    expect(bucket(metrics.interTokenLatency.name, '0.008')).toBe(0);
    expect(bucket(metrics.interTokenLatency.name, '0.01')).toBe(2);
    expect(bucket(metrics.interTokenLatency.name, '0.03')).toBe(3);
  });

  it('tell how far the estimate of its prompt was off', () => {
    const series = `${metrics.promptEstimateRatio.name}_sum{gen_ai_request_model="llama"}`;

    expect(valueOn(page, series)).toBe(1.25);
  });
});

describe('an answer that comes whole', () => {
  it('has a duration and a queue wait, but no first token and no gaps', () => {
    const record = anAnsweredRecord();
    record.streamed = false;
    const page = pageOf([record]);

    expect(valueOn(page, `${metrics.requestDuration.name}_count{${answered}}`)).toBe(1);
    expect(valueOn(page, `${metrics.queueWait.name}_count{${answered}}`)).toBe(1);
    for (const metric of [
      metrics.timeToFirstToken,
      metrics.timePerOutputToken,
      metrics.interTokenLatency,
    ]) {
      expect(seriesOn(page, `${metric.name}_count`)).toEqual([]);
    }
  });
});

describe('a request that failed', () => {
  it('before any replica has a duration under its error, and no latency of an answer', () => {
    const record = aRecord();
    record.errorCode = 'saturated';
    const page = pageOf([record]);

    const series = 'gen_ai_operation_name="chat",error_type="saturated"';
    expect(valueOn(page, `${metrics.requestDuration.name}_count{${series}}`)).toBe(1);
    expect(seriesOn(page, `${metrics.timeToFirstToken.name}_count`)).toEqual([]);
  });

  it('after its first token counts the tokens that came', () => {
    const record = aRecord();
    record.streamed = true;
    record.errorCode = 'engine_failed';
    record.attempt(aDestination());
    record.timer.output(1020);
    record.timer.output(1030);
    const page = pageOf([record]);

    const series = 'gen_ai_operation_name="chat",replica="replica-0"';
    expect(valueOn(page, `${metrics.timeToFirstToken.name}_count{${series}}`)).toBe(1);
    expect(valueOn(page, `${metrics.interTokenLatency.name}_count{${series}}`)).toBe(1);
  });
});

describe('a gap', () => {
  function gapsOf(record: Recorder): readonly [number | undefined, number | undefined] {
    const page = pageOf([record]);
    const series = `{gen_ai_operation_name="chat",replica="replica-0"}`;
    return [
      valueOn(page, `${metrics.interTokenLatency.name}_count${series}`),
      valueOn(page, `${metrics.interTokenLatency.name}_sum${series}`),
    ];
  }

  function aStream(): Recorder {
    const record = aRecord();
    record.streamed = true;
    record.attempt(aDestination());
    return record;
  }

  it('before an output of several tokens is shared among them', () => {
    const record = aStream();
    record.timer.output(1010);
    record.timer.output(1050, 4);

    const [count, sum] = gapsOf(record);
    expect(count).toBe(4);
    expect(sum).toBeCloseTo(0.04);
  });

  it('is shared among as many tokens as the engine tells more than there were outputs', () => {
    const record = aStream();
    record.timer.output(1010);
    record.timer.output(1050);
    record.usage({ prompt: 1, output: 8 });

    const [count, sum] = gapsOf(record);
    expect(count).toBe(1);
    expect(sum).toBeCloseTo(0.01);
  });

  it('is never stretched where the engine tells fewer', () => {
    const record = aStream();
    record.timer.output(1010);
    record.timer.output(1050);
    record.usage({ prompt: 1, output: 1 });

    expect(gapsOf(record)[1]).toBeCloseTo(0.04);
  });
});

describe('the expectation of an answer', () => {
  function ratioOf(change: (record: Recorder) => void): number | undefined {
    const record = anAnsweredRecord();
    record.outputTokensEstimate = 6;
    change(record);
    const series = `${metrics.outputEstimateRatio.name}_sum{gen_ai_request_model="llama"}`;
    return valueOn(pageOf([record]), series);
  }

  it('is judged by what came', () => {
    expect(ratioOf(() => {})).toBe(1.5);
  });

  it.each([
    ['there was none', (record: Recorder) => (record.outputTokensEstimate = undefined)],
    ['the answer failed', (record: Recorder) => (record.errorCode = 'engine_failed')],
    ['nothing came', (record: Recorder) => (record.outputTokens = 0)],
    ['nobody told the truth', (record: Recorder) => (record.promptTokensSource = 'counted')],
  ])('is not judged where %s', (_, change) => {
    expect(ratioOf(change)).toBeUndefined();
  });
});

describe('the estimate of a prompt', () => {
  function countOf(change: (record: Recorder) => void): number {
    const record = anAnsweredRecord();
    change(record);
    return seriesOn(pageOf([record]), `${metrics.promptEstimateRatio.name}_count`).length;
  }

  it.each([
    ['there was none', (record: Recorder) => (record.promptTokensEstimate = undefined)],
    ['nobody told the truth', (record: Recorder) => (record.promptTokens = undefined)],
    ['the truth is our own count', (record: Recorder) => (record.promptTokensSource = 'counted')],
    ['the prompt was empty', (record: Recorder) => (record.promptTokens = 0)],
  ])('is not judged where %s', (_, change) => {
    expect(countOf(change)).toBe(0);
  });

  it('is judged else', () => {
    expect(countOf(() => {})).toBe(1);
  });
});

describe('an exemplar', () => {
  it('leads from the first token and the duration to the trace of the request', () => {
    const page = pageOf([anAnsweredRecord({ trace: aTrace() })], 'openmetrics');
    const traced = page.split('\n').filter((line) => line.includes('# {trace_id='));

    expect(traced.map((line) => line.split('{', 1)[0])).toEqual([
      `${metrics.requestDuration.name}_bucket`,
      `${metrics.timeToFirstToken.name}_bucket`,
      `${metrics.timePerOutputToken.name}_bucket`,
      `${metrics.interTokenLatency.name}_bucket`,
      `${metrics.queueWait.name}_bucket`,
    ]);
    expect(traced[1]).toMatch(
      / # \{trace_id="0af7651916cd43dd8448eb211c80319c"\} 0\.02 1700000000\.500$/,
    );
  });

  it('of the gaps is the stall that a mean hides', () => {
    const page = pageOf([anAnsweredRecord({ trace: aTrace() })], 'openmetrics');
    const stall = page
      .split('\n')
      .find((line) => line.startsWith(metrics.interTokenLatency.name) && line.includes('#'));

    expect(stall).toContain('le="0.03"');
    expect(stall).toMatch(/"\} 0\.03 /);
  });

  it('is not given where the trace is not kept', () => {
    const page = pageOf([anAnsweredRecord({ trace: aTrace({ sampled: false }) })], 'openmetrics');

    expect(page).not.toContain('trace_id');
  });
});

describe('series of latencies', () => {
  it('are bounded, and lose no request', () => {
    const records = Array.from({ length: HISTOGRAM_SERIES_MAX + 5 }, (_, index) => {
      const record = anAnsweredRecord();
      record.model = `model-${index}`;
      return record;
    });
    const series = seriesOn(pageOf(records), `${metrics.timeToFirstToken.name}_count`);

    expect(series).toHaveLength(HISTOGRAM_SERIES_MAX + 1);
    expect(series.find((line) => line.includes('model="other"'))).toMatch(/ 5$/);
  });
});
