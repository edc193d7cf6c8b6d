import { describe, expect, it } from 'vitest';
import type { ReplayRun } from '../../../../gateway/replay/replay-run.ts';
import type { JsonLineOptions } from '../../../../gateway/replay/report/jsonl.ts';
import {
  defaultFileName,
  jsonLine,
  parseJsonLine,
} from '../../../../gateway/replay/report/jsonl.ts';
import { simulationBy } from '../../../../gateway/replay/simulation.ts';
import { aFailure, aResult, aRun } from '../builders.ts';

const options: JsonLineOptions = { layout: 'current', bareInfinity: false, details: false };

const oldLine = (run: ReplayRun): string =>
  jsonLine(run, { layout: '0.2.14', bareInfinity: true, details: false });

const withRate = (requestRate: number | undefined): ReplayRun => {
  const run = aRun();
  return { ...run, workload: { ...run.workload, requestRate } };
};

describe('a result line of 0.2.14', () => {
  it('holds its keys in their order, with Python floats', () => {
    expect(oldLine(aRun())).toBe(
      '{"backend": "sglang", "dataset_name": "random", "request_rate": Infinity, ' +
        '"total_input_tokens": 20, "total_output_tokens": 8, ' +
        '"total_output_tokens_retokenized": 8, "mean_e2e_latency_ms": 250.0, ' +
        '"median_e2e_latency_ms": 250.0, "median_ttft_ms": 100.0, "median_itl_ms": 50.0, ' +
        '"output_throughput": 8.0, "sharegpt_output_len": null, "random_input_len": 4096, ' +
        '"random_output_len": 2048, "random_range_ratio": 0.0, "duration": 1.0, "completed": 2}',
    );
  });

  it('can be cut by colons, as people do', () => {
    const fields = oldLine(aRun()).split(':');

    expect(fields[11]).toBe(' 8.0, "sharegpt_output_len"');
    expect(fields[8]).toBe(' 250.0, "median_ttft_ms"');
  });

  it('says behind the keys of the reference that it was simulated, and can be cut all the same', () => {
    const simulation = simulationBy(['sglang-0.2.14-4xh100-tp4']);
    const line = oldLine(aRun({ simulation }));

    expect(line).toBe(
      oldLine(aRun()).replace(
        /\}$/u,
        ', "simulated": true, "extrapolated": true, "simulated_presets": ["sglang-0.2.14-4xh100-tp4"]}',
      ),
    );
    expect(line.split(':').slice(0, 17)).toEqual(oldLine(aRun()).split(':').slice(0, 17));
  });
});

describe('a result line of the current layout', () => {
  it('holds its keys in their order', () => {
    const statistics = ['e2e_latency', 'ttft', 'tpot', 'itl'].flatMap((name) =>
      ['mean', 'median', 'std', 'p90', 'p95', 'p99'].map((key) => `${key}_${name}_ms`),
    );

    const keys =
      'tag backend dataset_name request_rate max_concurrency sharegpt_output_len ' +
      'random_input_len random_output_len random_range_ratio server_info duration completed ' +
      'total_input_tokens total_input_text_tokens total_input_vision_tokens total_output_tokens ' +
      'total_output_tokens_retokenized request_throughput input_throughput output_throughput ' +
      `total_throughput ${statistics.join(' ')} concurrency accept_length ` +
      'max_output_tokens_per_s max_concurrent_requests';

    expect(Object.keys(JSON.parse(jsonLine(aRun(), options)) as object)).toEqual(keys.split(' '));
  });

  it('repeats what the server says of itself', () => {
    const line = jsonLine(aRun({ serverInfo: { version: '0.5' } }), options);

    expect(parseJsonLine(line)).toMatchObject({ server_info: { version: '0.5' } });
  });

  it('holds the figures of each request when they are asked for, failures with 0', () => {
    const results = [aResult(), aFailure({ index: 1, promptTokens: 7 })];
    const line = jsonLine(aRun({ results }), { ...options, details: true });

    expect(parseJsonLine(line)).toMatchObject({
      input_lens: [10, 7],
      output_lens: [4, 0],
      ttfts: [0.1, 0],
      itls: [[0.05, 0.05, 0.05], []],
      generated_texts: [' a b c d', ''],
      errors: ['', 'Bad Request'],
    });
  });

  it.each([
    [['sglang-0.2.14-8xh100-tp8'], false],
    [['sglang-0.2.14-4xh100-tp4', 'sglang-0.2.14-8xh100-tp8'], true],
    [['of-tomorrow'], null],
  ])('tells of %j whether it is extrapolated: %s', (presets, extrapolated) => {
    const line = jsonLine(aRun({ simulation: simulationBy(presets) }), options);

    expect(parseJsonLine(line)).toMatchObject({ simulated: true, extrapolated });
  });

  it('says so, last, when the run was cut short', () => {
    const line = jsonLine(aRun({ complete: false }), options);

    expect(line.endsWith('"incomplete": true}')).toBe(true);
    expect(jsonLine(aRun(), options)).not.toContain('incomplete');
  });
});

describe('the request rate of a result line', () => {
  it.each([
    [Infinity, false, '"inf"'],
    [Infinity, true, 'Infinity'],
    [4, false, '4.0'],
    [undefined, false, '"trace"'],
  ])('is %s, bare %s, written as %s', (requestRate, bareInfinity, text) => {
    const line = jsonLine(withRate(requestRate), { ...options, bareInfinity });

    expect(line).toContain(`"request_rate": ${text},`);
  });

  it('is read back whichever way it was written', () => {
    for (const bareInfinity of [true, false]) {
      const parsed = parseJsonLine(jsonLine(aRun(), { ...options, bareInfinity }));
      expect(Number(String(parsed['request_rate']).replace('inf', 'Infinity'))).toBe(Infinity);
    }
  });

  it('is the only place where a bare word is accepted', () => {
    const results = [aResult({ text: '"request_rate": Infinity' })];
    const line = jsonLine(aRun({ results }), { ...options, bareInfinity: true, details: true });

    expect(parseJsonLine(line)['generated_texts']).toEqual(['"request_rate": Infinity']);
    expect(() => parseJsonLine('{"duration": Infinity}')).toThrow(SyntaxError);
    expect(() => parseJsonLine('7')).toThrow('not a result line');
  });
});

describe('the default file name', () => {
  it('tells backend, date and shape of a random run', () => {
    expect(defaultFileName(aRun())).toBe('sglang_0305_2_4096_2048.jsonl');
  });

  it('tells the data set of any other', () => {
    const run = aRun({ backend: 'vllm' });
    const shared = { ...run, workload: { ...run.workload, dataset: 'sharegpt' } };

    expect(defaultFileName(shared)).toBe('vllm_0305_sharegpt.jsonl');
  });
});
