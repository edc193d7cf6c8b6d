/**
 * Two real vLLM that the gateway launches itself, a core each; one is killed by force under load and comes back.
 *
 *     test/real/up.sh && test/real/up.sh --down && node test/real/launching.ts
 *
 * `REAL_DIR` is where `up.sh` has put the engines. Without them it is skipped, with the reason.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import type { LaunchedReplica } from '../../deploy/launcher.ts';
import { LauncherClient, runDirAt } from '../../deploy/launcher.ts';
import type { AdminReplica } from '../../gateway/cli/admin-replicas.ts';
import { adminReplicas } from '../../gateway/cli/admin-replicas.ts';
import { waitingClock } from '../../gateway/cli/waiting-clock.ts';
import { untilEnded } from '../../gateway/launch/launcher-process.ts';
import type { Child } from '../../gateway/replay/fleet/child.ts';
import { startChild } from '../../gateway/replay/fleet/child.ts';
import { gatewayCommand } from '../../gateway/replay/fleet/gateway-command.ts';
import { LOADED_MS_MAX, until } from './stand.ts';
import type { StreamedAnswer } from './streamed-answer.ts';
import { endingOf, streamAnswer, tally } from './streamed-answer.ts';

const PORTS = [21_901, 21_902];
const STREAMS = 24;

/** Long enough that the engine dies in the middle of every answer that it has. */
const TOKENS = 1_000;

const dir = process.env['REAL_DIR'] ?? join(homedir(), '.cache', 'numagate-real');
const vllm = join(dir, 'engines', 'bin', 'vllm');
if (existsSync(vllm)) await launchAndKill();
else
  console.log(
    `skipped: no vLLM at ${vllm} (test/real/up.sh installs it; REAL_DIR names its place)`,
  );

async function launchAndKill(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'numagate-real-'));
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, JSON.stringify(settingsIn(folder)));
  const gateway = await startChild(gatewayCommand('gateway', ['up', '--config', file, '--json']));
  const launcher = new LauncherClient(runDirAt(folder).socket);
  try {
    await untilReady(launcher, gateway);
    await isPinned(launcher);
    await killUnderLoad(gateway, launcher);
    await untilReady(launcher, gateway);
    await isPinned(launcher);
    noneIsCut(
      'after its return',
      await Promise.all(Array.from({ length: STREAMS }, (_, index) => stream(gateway.url, index))),
    );
  } finally {
    // The engines first: who waits for streams that hang would be ended by force, and leave them running.
    await launcher.stop();
    await untilEnded(launcher, waitingClock);
    await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function settingsIn(folder: string): object {
  const flags = '--served-model-name smol --host 127.0.0.1 --dtype bfloat16 --enforce-eager';
  const size = '--max-model-len 4096 --max-num-seqs 16 --port {port}';
  return {
    listen: { port: 0 },
    admin: { port: 0 },
    telemetry: { logLevel: 'warn' },
    launch: {
      runDir: folder,
      stopMsMax: 2_000,
      replicas: PORTS.map((port, core) => ({
        id: `vllm-${core}`,
        engine: 'vllm',
        model: join(dir, 'models', 'tiny-random'),
        port,
        cpus: String(core),
        argv: [vllm, 'serve', '{model}', ...flags.split(' '), ...size.split(' ')],
        environment: {
          HF_HUB_OFFLINE: '1',
          TRANSFORMERS_OFFLINE: '1',
          VLLM_NO_USAGE_STATS: '1',
          VLLM_HOST_IP: '127.0.0.1',
          VLLM_CPU_KVCACHE_SPACE: '1',
          VLLM_CPU_OMP_THREADS_BIND: String(core),
          OMP_NUM_THREADS: '1',
        },
      })),
    },
  };
}

async function replicasOf(launcher: LauncherClient): Promise<readonly LaunchedReplica[]> {
  return (await launcher.state()).replicas;
}

async function untilReady(launcher: LauncherClient, { adminUrl = '' }: Child): Promise<void> {
  const areReady = async (): Promise<boolean> => {
    const launched = (await replicasOf(launcher)).filter(({ phase }) => phase === 'ready');
    const known = (await adminReplicas({ url: adminUrl, key: undefined })).filter(
      ({ state }) => state === 'ready',
    );
    return launched.length === PORTS.length && known.length === PORTS.length;
  };
  const readyMs = await until(areReady, LOADED_MS_MAX);
  const seconds = Math.round(readyMs / 1_000);
  console.log(`ok    both engines are ready (after ${seconds} s)`);
}

async function isPinned(launcher: LauncherClient): Promise<void> {
  // The launcher looks every two seconds.
  await until(async () =>
    (await replicasOf(launcher)).every(({ affinity }) => affinity !== undefined),
  );
  const said = (await replicasOf(launcher)).map(({ plan, affinity }, core) => {
    if (affinity?.cpus !== String(core) || affinity.strayThreads > 0) {
      throw new Error(
        `${plan.id} runs on ${affinity?.cpus}, ${affinity?.strayThreads} threads stray`,
      );
    }
    return `${plan.id}: ${affinity.threads} threads on CPU ${affinity.cpus}`;
  });
  console.log(`ok    every thread is on its CPU (${said.join(', ')})`);
}

async function killUnderLoad(
  { url, adminUrl = '' }: Child,
  launcher: LauncherClient,
): Promise<void> {
  const running = Array.from({ length: STREAMS }, (_, index) => stream(url, index));
  let busiest = await busiestOf(adminUrl);
  await until(async () => {
    busiest = await busiestOf(adminUrl);
    return (busiest?.inFlight.requests ?? 0) >= STREAMS / 4;
  });
  const victim = (await replicasOf(launcher)).find(({ plan }) => plan.id === busiest?.id);
  process.kill(victim?.pid ?? 0, 'SIGKILL');
  const requests = busiest?.inFlight.requests;
  console.log(`      killed ${victim?.plan.id}, process ${victim?.pid}, with ${requests} requests`);
  noneIsCut('while one is killed', await Promise.all(running));
}

/** The replica that has the most to lose. */
async function busiestOf(adminUrl: string): Promise<AdminReplica | undefined> {
  const replicas = await adminReplicas({ url: adminUrl, key: undefined });
  return replicas.toSorted((one, other) => other.inFlight.requests - one.inFlight.requests)[0];
}

function stream(url: string, index: number): Promise<StreamedAnswer> {
  return streamAnswer(url, {
    model: 'smol',
    prompt: `Story ${index}: the river ran`,
    tokens: TOKENS,
  });
}

function noneIsCut(when: string, answers: readonly StreamedAnswer[]): void {
  const said = tally(answers);
  if (answers.some((answer) => ['refused', 'silent'].includes(endingOf(answer)))) {
    throw new Error(`${when}: ${said}`);
  }
  const resumed = answers.filter(({ seams }) => seams.length > 0).length;
  console.log(
    `ok    no stream of ${STREAMS} is cut in silence ${when} (${said}, ${resumed} resumed)`,
  );
}
