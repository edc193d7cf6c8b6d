import { fileURLToPath } from 'node:url';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';

import type { Host } from '../../deploy/host.ts';
import { LauncherClient } from '../../deploy/launcher.ts';
import type { LaunchedReplica } from '../../deploy/launcher.ts';
import { signal } from '../../deploy/launch/end-members.ts';
import { readProcess } from '../../deploy/launch/process-table.ts';
import { readTrace } from '../../deploy/launch/state-file.ts';
import { EXIT_INTERRUPTED } from '../../gateway/cli/interruption.ts';
import { CommandLine, runGateway } from '../support/command-line.ts';
import { until } from '../support/live/until.ts';
import { PlantedMachine } from '../support/machine.ts';
import {
  engineArgv,
  enginesOf,
  freePort,
  stillRunning,
  TemporaryFolder,
} from '../support/launched/plans.ts';

const mainFile = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));

/** A simulated replica, as an engine that somebody else wrote would be started. */
const simulated = [
  process.execPath,
  mainFile,
  'simulate',
  '--preset',
  'vllm-0.5.5-8xh100-tp8',
].concat(['--model', '{model}', '--port', '{port}', '--speed', '4']);

/** The same, started as vLLM is. */
const simulatedServe = [
  'while [ $# -gt 0 ]; do',
  '  case "$1" in --port) port=$2 ;; --served-model-name) model=$2 ;; esac; shift',
  'done',
  `exec ${simulated.join(' ').replace('{model}', '"$model"').replace('{port}', '"$port"')}`,
].join('\n');

/** Two GPUs and the first two CPUs, which whoever runs this has. */
const smallHost: Host = {
  nodes: [{ id: 0, cores: [[0], [1]], hasMemory: true }],
  gpus: [0, 1].map((index) => ({
    index,
    name: 'NVIDIA H100 80GB HBM3',
    uuid: `GPU-${index}`,
    numaNode: 0,
    memoryMib: 81_559,
  })),
};

interface UpOptions {
  readonly folder: TemporaryFolder;
  readonly enginePort: number;
  readonly command: readonly string[];
  readonly flags?: readonly string[];
}

function upWords({ folder, enginePort, command, flags = [] }: UpOptions): readonly string[] {
  const words = `up --engine vllm --model mine --engine-port ${enginePort} --run-dir ${folder.path}`;
  const ports = '--port 0 --admin-port 0 --log-level warn --json';
  return [...words.split(' '), ...ports.split(' '), ...flags, '--', ...command];
}

async function replicasOf(folder: TemporaryFolder): Promise<readonly LaunchedReplica[]> {
  const state = await new LauncherClient(folder.dir.socket).state().catch(() => undefined);
  return state?.replicas ?? [];
}

async function untilReady(url: string): Promise<void> {
  await until('the gateway can serve', async () => (await fetch(`${url}/ready`)).ok);
}

async function complete(url: string): Promise<string> {
  const body = JSON.stringify({ model: 'mine', prompt: 'one two', max_tokens: 4 });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v1/completions`, { method: 'POST', headers, body });
  return `${answer.status} ${(await answer.text()).includes('"finish_reason"')}`;
}

/** A stream that goes on for as long as its client reads it. */
async function holdStream(url: string): Promise<ReadableStreamDefaultReader> {
  const prompt = { model: 'mine', prompt: 'one two', max_tokens: 2_000, stream: true };
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(prompt);
  const answer = await fetch(`${url}/v1/completions`, { method: 'POST', headers, body });
  const reader = (answer.body ?? new ReadableStream()).getReader();
  await reader.read();
  return reader;
}

/** What a person would see: nothing of a launcher or its engines is left. */
async function untilNothingRuns(folder: TemporaryFolder): Promise<void> {
  const launcher = readTrace(folder.dir.stateFile)?.pid ?? 0;
  await until('the launcher has ended', () => readProcess(launcher) === undefined);
  await until('its engines have', () => enginesOf(folder.dir).length === 0);
}

describe('gateway up', () => {
  it('starts pinned engines, serves with them, and leaves nothing running when it is told to end', async () => {
    using folder = new TemporaryFolder();
    const flags = ['--replicas', '2', '--cpus', '0', '--cpus', '1'];
    const enginePort = await freePort(2);
    await using up = new CommandLine(upWords({ folder, enginePort, command: simulated, flags }));
    const { url, adminUrl = '' } = await up.listening();

    await untilReady(url);
    const answers = await Promise.all([complete(url), complete(url)]);
    const replicas = await until('both were looked at', async () => {
      const all = await replicasOf(folder);
      return all.length === 2 && all.every(({ affinity }) => affinity !== undefined) && all;
    });
    const shown = await runGateway(['status', '--run-dir', folder.path, '--admin-url', adminUrl]);
    const { code } = await up.stop('SIGTERM');

    expect(answers).toEqual(['200 true', '200 true']);
    expect(replicas.map(({ affinity }) => affinity?.cpus)).toEqual(['0', '1']);
    expect(shown.stdout).toMatch(/^vllm-0 +ready +\d+ s +\d+ +- +0 +0 +0 +0 in flight/mu);
    expect(shown.code).toBe(0);
    expect(code).toBe(0);
    await untilNothingRuns(folder);
  });

  it('starts engines as the plan of this machine says, where no command is given', async () => {
    using folder = new TemporaryFolder();
    using machine = new PlantedMachine();
    const { root } = machine.host(smallHost);
    machine.program(simulatedServe, 'vllm');
    const enginePort = await freePort(11);
    const words = `up --engine vllm --model llama-3-8b --tp 1 --engine-port ${enginePort}`;
    const where = `--run-dir ${folder.path} --sysfs ${root} --nvidia-smi ${machine.smi(smallHost)}`;
    const ports = '--port 0 --admin-port 0 --log-level warn --json';
    await using up = new CommandLine(`${words} ${where} ${ports}`.split(' '), {
      PATH: `${root}:${process.env['PATH']}`,
    });
    const { url } = await up.listening();
    await untilReady(url);
    const replicas = await until('both were looked at', async () => {
      const all = await replicasOf(folder);
      return all.length === 2 && all.every(({ affinity }) => affinity !== undefined) && all;
    });
    const { code, stderr } = await up.stop('SIGTERM');

    expect(replicas.map(({ plan: { id }, affinity }) => [id, affinity?.cpus])).toEqual([
      ['vllm-0', '0'],
      ['vllm-1', '1'],
    ]);
    expect(stderr).toContain('vllm-0: ');
    expect(code).toBe(0);
    await untilNothingRuns(folder);
  });

  it('is killed by force and its engines go on; the next one adopts them', async () => {
    using folder = new TemporaryFolder();
    const enginePort = await freePort();
    const words = upWords({ folder, enginePort, command: simulated });
    const first = new CommandLine(words);
    await untilReady((await first.listening()).url);
    const [before] = await replicasOf(folder);

    await first.stop('SIGKILL');
    await using second = new CommandLine(words);
    const { url } = await second.listening();
    await untilReady(url);
    const answer = await complete(url);
    const [after] = await replicasOf(folder);
    const { stderr } = await second.stop('SIGTERM');

    expect(after?.pid).toBe(before?.pid);
    expect(after).toMatchObject({ restarts: 0, phase: 'ready' });
    expect(answer).toBe('200 true');
    expect(stderr).toContain(`vllm-0 was adopted: ready for`);
    await untilNothingRuns(folder);
  });

  it('replaces a launcher that is killed by force, whose engines end with it', async () => {
    using folder = new TemporaryFolder();
    const enginePort = await freePort();
    await using up = new CommandLine(upWords({ folder, enginePort, command: simulated }));
    const { url } = await up.listening();
    await untilReady(url);
    const engines = enginesOf(folder.dir);
    const killed = readTrace(folder.dir.stateFile)?.pid ?? 0;

    signal(killed, 'SIGKILL');
    await until('another launcher is there', () => readTrace(folder.dir.stateFile)?.pid !== killed);
    const answer = await until('it serves again', async () =>
      (await complete(url)) === '200 true' ? '200' : undefined,
    );

    expect(answer).toBe('200');
    expect(stillRunning(engines)).toEqual([]);
    await up.stop('SIGTERM');
    await untilNothingRuns(folder);
  });

  it('gives its engine back where a restart of it is interrupted, and refuses requests until then', async () => {
    using folder = new TemporaryFolder();
    const enginePort = await freePort();
    await using up = new CommandLine(upWords({ folder, enginePort, command: simulated }));
    const { url, adminUrl = '' } = await up.listening();
    await untilReady(url);
    const held = await holdStream(url);

    const words = `restart --run-dir ${folder.path} --admin-url ${adminUrl}`;
    await using restart = new CommandLine(words.split(' '));
    const refused = await until('it is drained', async () => {
      const answer = await complete(url);
      return answer === '200 true' ? undefined : answer;
    });
    const { code, stderr } = await restart.stop('SIGINT');
    const answer = await complete(url);
    await held.cancel();
    const [replica] = await replicasOf(folder);
    await up.stop('SIGINT');

    expect(refused).toBe('503 false');
    expect(stderr).toContain('until it is back, requests are refused with 503 (no_replica)');
    expect(stderr).toContain('vllm-0 was not restarted, and gets requests again');
    expect(code).toBe(EXIT_INTERRUPTED);
    expect(answer).toBe('200 true');
    expect(replica).toMatchObject({ restarts: 0 });
  });

  it('serves on where gateway down has ended its engines, and does not start them again', async () => {
    using folder = new TemporaryFolder();
    const enginePort = await freePort();
    await using up = new CommandLine(upWords({ folder, enginePort, command: simulated }));
    await untilReady((await up.listening()).url);

    const down = await runGateway(['down', '--run-dir', folder.path]);
    await untilNothingRuns(folder);
    const again = await runGateway(['down', '--run-dir', folder.path]);
    const { stderr } = await up.stop('SIGTERM');

    expect(down).toMatchObject({ code: 0, stderr: 'Ending vllm-0.\nNothing is left running.\n' });
    expect(again).toMatchObject({ code: 0 });
    expect(again.stderr).toContain('Nothing runs here');
    expect(stderr).toContain('its replicas are gone: end this gateway and start it again');
  });
});

describe('an engine that cannot come up', () => {
  async function failedUp(command: readonly string[], port?: number): Promise<string> {
    using folder = new TemporaryFolder();
    const enginePort = port ?? (await freePort());
    await using up = new CommandLine(upWords({ folder, enginePort, command }));
    const { code, stderr } = await up.ended();
    expect(code).toBe(1);
    await untilNothingRuns(folder);
    const last = stderr.trimEnd().split('\n').at(-1) ?? '';
    expect(last).toMatch(/^gateway: vllm-0 did not come up: /u);
    return last;
  }

  const fails = (line: string): readonly string[] => engineArgv(0, ['--say', line, '--exit', '1']);

  it('is told in one sentence where its command is not there', async () => {
    const sentence = await failedUp(['no-such-engine', '--port', '{port}']);
    expect(sentence).toContain('there is no command no-such-engine: correct argv, or PATH');
  });

  it.each([
    ['a flag is wrong', 'engine.py: error: unrecognized arguments: --tpp 2', 'correct argv'],
    [
      'the model is not there',
      "OSError: /models/x is not a local folder and is not a valid model identifier listed on 'https://huggingface.co/models'",
      'the model is not there',
    ],
    [
      'the GPU is full',
      'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.',
      "the GPU's memory does not suffice",
    ],
  ])('is told in one sentence where %s', async (_what, line, sentence) => {
    expect(await failedUp(fails(line))).toContain(sentence);
  });

  it('is told in one sentence where its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const { port } = other.address() as { port: number };
    const sentence = await failedUp(simulated, port);
    other.close();
    expect(sentence).toContain(`something else listens on its port ${port}`);
  });
});
