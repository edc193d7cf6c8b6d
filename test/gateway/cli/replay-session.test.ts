import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXIT_INTERRUPTED, Interruption } from '../../../gateway/cli/interruption.ts';
import { performReplay, reportOn } from '../../../gateway/cli/replay-session.ts';
import type { OutputFlags } from '../../../gateway/cli/report-output.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';
import { baselines } from '../../../gateway/replay/baselines.ts';
import { parseJsonLine } from '../../../gateway/replay/report/jsonl.ts';
import type { ReplayRun } from '../../../gateway/replay/replay-run.ts';
import type { ReplayPlan } from '../../../gateway/replay/replay-settings.ts';
import {
  publishedRandomOptions,
  randomWorkload,
} from '../../../gateway/replay/workloads/random.ts';
import { aFailure, aFleet, aResult, aRun, presetNamed, settings } from '../replay/builders.ts';

const readText = (path: string): string => readFileSync(path, 'utf8');

const virtual: ReplayPlan = {
  settings: settings(),
  target: { kind: 'virtual', fleet: aFleet() },
  reproduced: undefined,
};

describe('a session of replay', () => {
  let folder = '';
  let stdout = '';
  let stderr = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'numagate-session-'));
    stdout = '';
    stderr = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      stdout += String(text);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      stderr += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  const flags = (fields: Partial<OutputFlags> = {}): OutputFlags => ({
    rules: '0.2.14',
    outputFile: join(folder, 'run.jsonl'),
    ...fields,
  });

  /** A session over a run that is already made. */
  async function reported(run: ReplayRun, plan: ReplayPlan = virtual): Promise<number> {
    using interruption = new Interruption();
    const makeRun = (): Promise<ReplayRun> => Promise.resolve(run);
    return await reportOn(plan, flags(), { readText, interruption, makeRun });
  }

  it('prints the report and writes it beside each other, and says where', async () => {
    const code = await performReplay(virtual, flags(), readText);

    expect(code).toBe(0);
    expect(stdout).toContain('Successful requests:                     20');
    expect(stderr).toContain(`Wrote ${folder}/run.jsonl and ${folder}/run.html`);
    expect(parseJsonLine(readText(join(folder, 'run.jsonl')))['completed']).toBe(20);
    expect(readText(join(folder, 'run.html'))).toContain('Replay of 20 requests');
  });

  it.each([
    [
      '0.2.14',
      undefined,
      '{"backend": "sglang", "dataset_name": "random", "request_rate": Infinity',
    ],
    [
      '0.2.14',
      'current',
      '{"tag": null, "backend": "sglang", "dataset_name": "random", "request_rate": "inf"',
    ],
    [
      'current',
      undefined,
      '{"tag": null, "backend": "sglang", "dataset_name": "random", "request_rate": "inf"',
    ],
    [
      'current',
      '0.2.14',
      '{"backend": "sglang", "dataset_name": "random", "request_rate": Infinity',
    ],
  ] as const)(
    'writes by rules %s and layout %s the line %s …, and prints the same as plain JSON',
    async (rules, layout, start) => {
      const chosen = layout === undefined ? {} : { layout };
      await performReplay(virtual, flags({ rules, json: true, ...chosen }), readText);

      const written = readText(join(folder, 'run.jsonl'));
      expect(written.startsWith(start)).toBe(true);
      expect(stdout).toBe(written.replace('Infinity', '"inf"'));
      expect(JSON.parse(stdout)).toMatchObject({ completed: 20, simulated: true });
    },
  );

  it('tries its files before it runs anything', async () => {
    const makeRun = vi.fn<() => Promise<ReplayRun>>();
    writeFileSync(join(folder, 'file'), '');
    using interruption = new Interruption();
    const outputFile = join(folder, 'file/run.jsonl');
    const report = reportOn(virtual, flags({ outputFile }), { readText, interruption, makeRun });

    await expect(report).rejects.toThrow(UsageError);
    await expect(report).rejects.toThrow(
      `${outputFile} cannot be written: a part of the path is a file (ENOTDIR). Name another place; nothing was started.`,
    );
    expect(makeRun).not.toHaveBeenCalled();
  });

  it('prints the report and the line of a run whose file is gone in the meantime, and fails', async () => {
    const outputFile = join(folder, 'place/run.jsonl');
    const makeRun = (): Promise<ReplayRun> => {
      rmSync(join(folder, 'place'), { recursive: true });
      writeFileSync(join(folder, 'place'), 'a file');
      return Promise.resolve(aRun());
    };
    using interruption = new Interruption();
    const html = join(folder, 'run.html');
    const code = await reportOn(virtual, flags({ outputFile, html }), {
      readText,
      interruption,
      makeRun,
    });

    expect(code).toBe(1);
    expect(stdout).toContain('Successful requests:                     2');
    expect(stderr).toContain(`Wrote ${html}\n`);
    expect(stderr).toContain(
      `gateway: ${outputFile} cannot be written: a part of the path is a file`,
    );
    expect(stderr).toContain('gateway: the result line, to be kept by hand:\n{"backend": "sglang"');
  });

  it('writes the page where it is told to', async () => {
    const html = join(folder, 'other/page.html');
    await performReplay(virtual, flags({ html }), readText);

    expect(readText(html)).toContain('<!doctype html>');
  });

  it('writes each request where that is wanted', async () => {
    await performReplay(virtual, flags({ outputDetails: true }), readText);

    const line = parseJsonLine(readText(join(folder, 'run.jsonl')));
    expect(line['input_lens']).toHaveLength(20);
  });

  it('stands named result files beside ours, by the last line and the name of each', async () => {
    const path = join(folder, 'yesterday.jsonl');
    writeFileSync(path, '{"duration": 1.0}\n{"request_rate": Infinity, "duration": 2.5}\n');
    await performReplay(virtual, flags({ compare: [path] }), readText);

    expect(stdout).toContain('yesterday');
    expect(stdout).toMatch(/Benchmark duration \(s\) .* 2\.50\n/u);
  });

  it('calls result files of one name by their paths, and one that is named twice by its name', async () => {
    const paths = ['one', 'other'].map((name) => join(folder, name, 'run.jsonl'));
    for (const path of paths) {
      mkdirSync(dirname(path));
      writeFileSync(path, '{"duration": 1.0}\n');
    }
    await performReplay(virtual, flags({ compare: paths }), readText);

    for (const path of paths) expect(stdout).toContain(`  ${path}`);
    stdout = '';
    await performReplay(
      virtual,
      flags({ compare: [...paths.slice(1), ...paths.slice(1)] }),
      readText,
    );
    expect(stdout).toMatch(/ run +run\n/u);
  });

  it.each([
    ['is not there', undefined],
    ['is no result file', 'no JSON'],
  ])('refuses a result file that %s before it runs anything', async (_, text) => {
    const path = join(folder, 'other.jsonl');
    if (text !== undefined) writeFileSync(path, text);

    await expect(performReplay(virtual, flags({ compare: [path] }), readText)).rejects.toThrow(
      UsageError,
    );
    expect(stdout).toBe('');
  });

  it('makes a published run again and names what it is', async () => {
    const plan: ReplayPlan = {
      settings: settings({ workload: randomWorkload(publishedRandomOptions), backend: 'vllm' }),
      target: {
        kind: 'virtual',
        fleet: aFleet({
          presets: [presetNamed('vllm-0.5.5-8xh100-tp8')],
          admission: 'pass-through',
        }),
      },
      reproduced: baselines[1],
    };

    // The published run failed three times, too.
    expect(await performReplay(plan, flags(), readText)).toBe(0);
    expect(stdout).toContain('Successful requests:                     997');
    expect(stdout).toContain('model error');
    expect(stdout).toContain('simulated, calibrated on this run');
    expect(readText(join(folder, 'run.html'))).toContain('vLLM 0.5.5, median and P99');
  });

  it('foretells a run over sockets on virtual time, for its transport error', async () => {
    const plan: ReplayPlan = {
      ...virtual,
      target: { kind: 'simulated', fleet: aFleet() },
      reproduced: baselines[0],
    };
    await reported(aRun(), plan);

    expect(stdout).toContain('transport error');
  });

  it.each([
    ['fails where requests failed', [aResult(), aFailure()], true, 1],
    ['fails where it was cut short', [aResult()], false, 1],
    ['succeeds where all is well', [aResult()], true, 0],
  ])('%s', async (_, results, complete, code) => {
    expect(await reported(aRun({ results, complete }))).toBe(code);
  });

  it('still writes what an interrupted run has', async () => {
    using interruption = new Interruption();
    const makeRun = (): Promise<ReplayRun> => {
      process.emit('SIGINT');
      return Promise.resolve(aRun({ complete: false }));
    };
    const code = await reportOn(virtual, flags(), { readText, interruption, makeRun });

    expect(code).toBe(EXIT_INTERRUPTED);
    expect(stdout).toContain('INCOMPLETE');
    expect(readText(join(folder, 'run.jsonl'))).toContain('"incomplete": true');
    expect(readText(join(folder, 'run.html'))).toContain('Incomplete');
  });

  it('leaves what it wrote before as it is where it is interrupted before a request is finished', async () => {
    await reported(aRun());
    const names = ['run.jsonl', 'run.html'];
    const before = names.map((name) => readText(join(folder, name)));
    stdout = '';
    stderr = '';
    using interruption = new Interruption();
    const makeRun = (): Promise<ReplayRun> => {
      process.emit('SIGINT');
      return Promise.resolve(aRun({ results: [], complete: false }));
    };
    const code = await reportOn(virtual, flags(), { readText, interruption, makeRun });

    expect(code).toBe(EXIT_INTERRUPTED);
    expect(stdout).toBe('');
    expect(stderr).toBe('Interrupted before a request was finished: nothing is written.\n');
    expect(names.map((name) => readText(join(folder, name)))).toEqual(before);
  });
});
