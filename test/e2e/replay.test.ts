import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseJsonLine } from '../../gateway/replay/report/jsonl.ts';
import { CommandLine, runGateway } from '../support/command-line.ts';
import { until } from '../support/live/until.ts';

const mainFile = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));
/** Where the kernel lists the children of a process. */
const hasProc = existsSync('/proc/self/task');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'numagate-e2e-replay-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const files = (): string[] => ['--output-file', join(folder, 'run.jsonl')];
const short = ['--num-prompts', '40', '--random-input-len', '256', '--random-output-len', '64'];
const result = (): Readonly<Record<string, unknown>> =>
  parseJsonLine(readFileSync(join(folder, 'run.jsonl'), 'utf8').trimEnd());

describe('a replay on replicas of its own', () => {
  it('answers everything, tells shares, cost and lateness, and compares with virtual time', async () => {
    const { code, stdout } = await runGateway(['replay', '--speed', '20', ...short, ...files()]);

    expect(code).toBe(0);
    expect(stdout).toContain('Successful requests:                     40');
    expect(stdout).toMatch(/replica-0 +\d+ +\d+ +\d+\.\d\d %\nreplica-1 /u);
    expect(stdout).toMatch(/First token \(median of 24 pairs\) +(?:\S+ ms|about 0)/u);
    expect(stdout).toMatch(
      /wall time, P99\)\nclient .*\ngateway .*\nreplica-0 .*\nreplica-1 +\S+ ms/u,
    );
    expect(stdout).toContain('extrapolated');
  });

  it.skipIf(!hasProc)(
    'ends what it started at Ctrl-C, and writes nothing where nothing was finished',
    async () => {
      const replay = start('--speed', '1', '--warmup-requests', '0');
      await underWay(replay);
      const children = childrenOf(replay);
      expect(children).toHaveLength(3);

      replay.kill('SIGINT');
      const [code] = (await once(replay, 'exit')) as [number];

      expect(code).toBe(130);
      expect(children.filter(isAlive)).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it.skipIf(!hasProc)('leaves nothing behind when it is killed by force', async () => {
    const replay = start('--speed', '1', '--warmup-requests', '0');
    await underWay(replay);
    const children = childrenOf(replay);

    replay.kill('SIGKILL');
    await once(replay, 'exit');

    await until('its processes are gone', () => Promise.resolve(!children.some(isAlive)));
    expect(children).toHaveLength(3);
  });

  it('exits with 1 when requests fail', async () => {
    // vLLM refuses what asks for nothing, which lengths up to 1 do half of the time.
    const vllm = ['--simulate', 'vllm-0.5.5-8xh100-tp8'];
    const empty = ['--num-prompts', '8', '--random-input-len', '8', '--random-output-len', '1'];
    const words = [...vllm, ...empty, '--seed', '3', '--warmup-requests', '0', '--speed', '20'];
    const { code, stdout } = await runGateway(['replay', ...words, ...files()]);

    expect(stdout).toMatch(/\d requests failed: \d × Bad Request\./u);
    expect(code).toBe(1);
  });
});

describe('a replay against a server that is there', () => {
  it.each([
    ['0.2.14', 'sglang', 'sglang-0.2.14-8xh100-tp8'],
    ['current', 'sglang', 'sglang-current-8xh100-tp8'],
    ['current', 'sglang-oai-chat', 'sglang-current-8xh100-tp8'],
    ['current', 'vllm', 'vllm-current-8xh100-tp8'],
  ])('runs by the rules of %s through the API of %s', async (rules, backend, preset) => {
    await using engine = simulate(preset);
    const { url } = await engine.listening();
    const words = ['--url', url, '--rules', rules, '--backend', backend];
    const { code, stdout } = await runGateway(['replay', ...words, ...short, ...files()]);

    expect(stdout).toMatch(/Successful requests: +\d+/u);
    expect(code).toBe(0);
    expect(result()).toMatchObject({ backend, completed: 40 });
  });

  it('says of a gateway before simulated replicas that all of it is simulated', async () => {
    await using engine = simulate('sglang-0.2.14-4xh100-tp4');
    const replica = ['--replica', (await engine.listening()).url, '--kv-capacity-tokens', '500000'];
    const quiet = ['--port', '0', '--admin-port', '0', '--log-level', 'silent', '--json'];
    await using gateway = new CommandLine(['serve', ...replica, ...quiet]);
    const { url } = await gateway.listening();
    await until('it is ready', async () => (await fetch(`${url}/ready`)).ok);
    const { code, stdout } = await runGateway(['replay', '--url', url, ...short, ...files()]);

    expect(code).toBe(0);
    expect(stdout).toContain('Simulated, extrapolated: no GPU was in it');
    expect(result()).toMatchObject({
      simulated: true,
      extrapolated: true,
      simulated_presets: ['sglang-0.2.14-4xh100-tp4'],
    });
    expect(readFileSync(join(folder, 'run.html'), 'utf8')).toContain('class="badge"');
  });

  it('says that nothing answers where nothing listens, and leaves no file', async () => {
    const words = ['--url', 'http://127.0.0.1:1', ...short, ...files()];
    const { code, stdout, stderr } = await runGateway(['replay', ...words]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'gateway: http://127.0.0.1:1 does not answer: nothing listens there (ECONNREFUSED). ' +
        'Start a gateway or an engine there, or name another --url.\n',
    );
    expect(existsSync(join(folder, 'run.jsonl'))).toBe(false);
  });

  it('reports the token totals that its data set asks for', async () => {
    await using engine = simulate('vllm-current-8xh100-tp8');
    const { url } = await engine.listening();
    const ids = ['--dataset-name', 'random-ids', '--random-range-ratio', '1'];
    const words = ['--url', url, '--rules', 'current', '--backend', 'vllm', ...ids];
    const { stdout } = await runGateway(['replay', ...words, ...short, ...files()]);

    expect(result()).toMatchObject({
      total_input_tokens: 40 * 256,
      total_output_tokens: 40 * 64,
      total_output_tokens_retokenized: 40 * 64,
    });
    expect(stdout.replaceAll(/\s+/gu, ' ')).toContain(
      'The engines counted 10,240 prompt and 2,560 output tokens over 40 answers.',
    );
  });
});

function simulate(preset: string): CommandLine {
  return new CommandLine([
    'simulate',
    '--preset',
    preset,
    '--port',
    '0',
    '--speed',
    '50',
    '--json',
  ]);
}

type Started = ChildProcessByStdio<null, null, Readable>;

function start(...words: readonly string[]): Started {
  return spawn(process.execPath, [mainFile, 'replay', ...words, ...files()], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** Resolves when the clock of the run has started: its progress is told. */
async function underWay(replay: Started): Promise<void> {
  let text = '';
  for await (const chunk of replay.stderr.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.includes('sent ')) return;
  }
  throw new Error(text);
}

function childrenOf({ pid }: Started): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
