import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { answers, freePort } from '../relay/ports.ts';

/** A gateway under load. */
export interface Subject {
  readonly url: string;
  readonly pid: number;
}

/** Both gateways, and what ends them. */
export interface Subjects {
  readonly on: Subject;
  readonly off: Subject;
  readonly stop: () => Promise<void>;
}

const here = import.meta.dirname;
const children: ChildProcess[] = [];

/** Starts one engine, one collector, and the gateway with and without telemetry; both gateways on the first core. */
export async function startSubjects(): Promise<Subjects> {
  spawnSync('taskset', ['-pc', `1-${availableParallelism() - 1}`, String(process.pid)]);
  const enginePort = await freePort();
  start('1', [join(here, '../relay/engine.ts'), String(enginePort)]);
  const engineUrl = `http://127.0.0.1:${enginePort}`;
  await answers(engineUrl);
  const collectorPort = await freePort();
  start('1', [join(here, '../relay/collector.ts'), String(collectorPort)]);
  const collectorUrl = `http://127.0.0.1:${collectorPort}`;
  const on = await startGateway('../../../gateway/main.ts', engineUrl, [
    '--otlp-endpoint',
    collectorUrl,
  ]);
  const off = await startGateway('./without-telemetry.ts', engineUrl, ['--log-level', 'silent']);
  const scrapes = setInterval(() => {
    fetch(`${on.adminUrl}/metrics`)
      .then((response) => response.text())
      .catch(() => undefined);
  }, 5_000);
  return {
    on,
    off,
    async stop() {
      clearInterval(scrapes);
      for (const child of children) child.kill('SIGTERM');
      await Promise.all(
        children.map((child) => new Promise((resolve) => child.once('exit', resolve))),
      );
    },
  };
}

async function startGateway(
  main: string,
  engineUrl: string,
  flags: readonly string[],
): Promise<Subject & { readonly adminUrl: string }> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const ports = ['--port', String(port), '--admin-port', String(adminPort)];
  const serve = [join(here, main), 'serve', '--replica', engineUrl];
  const child = start('0', [...serve, ...ports, ...flags]);
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/ready`);
  if (child.pid === undefined) throw new Error('a gateway did not start');
  return { url, pid: child.pid, adminUrl: `http://127.0.0.1:${adminPort}` };
}

function start(core: string, argv: readonly string[]): ChildProcess {
  const child = spawn('taskset', ['-c', core, process.execPath, ...argv], { stdio: 'ignore' });
  children.push(child);
  return child;
}
