import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

import { answers, freePort } from './ports.ts';

/** Something that tokens are relayed through. */
export interface Subject {
  readonly name: 'direct' | 'nginx' | 'bare' | 'gateway';
  readonly url: string;
  /** Root of the process tree whose processor time counts. */
  readonly pid: number;
}

const here = import.meta.dirname;
const children: ChildProcess[] = [];

/** Starts the engine and everything that stands before it. Relays share the first core, all else the rest. */
export async function startSubjects(): Promise<{
  subjects: readonly Subject[];
  stop: () => Promise<void>;
}> {
  // The load shares no core with the relays.
  spawnSync('taskset', ['-pc', `1-${availableParallelism() - 1}`, String(process.pid)]);
  const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'));
  const enginePort = await freePort();
  const engine = start('1', [join(here, 'engine.ts'), String(enginePort)]);
  const engineUrl = `http://127.0.0.1:${enginePort}`;
  await answers(engineUrl);
  const collectorPort = await freePort();
  start('1', [join(here, 'collector.ts'), String(collectorPort)]);
  const subjects = [
    { name: 'direct' as const, url: engineUrl, pid: pidOf(engine) },
    ...(await startNginx(folder, enginePort)),
    await startBare(engineUrl),
    await startGateway(engineUrl, `http://127.0.0.1:${collectorPort}`),
  ];
  const stop = async (): Promise<void> => {
    for (const child of children) child.kill('SIGINT');
    await Promise.all(
      children.map((child) => new Promise((resolve) => child.once('exit', resolve))),
    );
    rmSync(folder, { recursive: true });
  };
  return { subjects, stop };
}

async function startNginx(folder: string, enginePort: number): Promise<Subject[]> {
  if (spawnSync('nginx', ['-v']).error !== undefined) return [];
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
     events { worker_connections 8192; }
     http {
       access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder};
       fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
       upstream engine { server 127.0.0.1:${enginePort}; keepalive 1024; }
       server {
         listen 127.0.0.1:${port}; keepalive_requests 1000000;
         location / {
           proxy_pass http://engine; proxy_http_version 1.1; proxy_set_header Connection "";
           proxy_buffering off; proxy_read_timeout 600s;
         }
       }
     }`,
  );
  const child = spawn('taskset', ['-c', '0', 'nginx', '-c', config, '-p', folder], {
    stdio: 'ignore',
  });
  children.push(child);
  const url = `http://127.0.0.1:${port}`;
  await answers(url);
  return [{ name: 'nginx', url, pid: pidOf(child) }];
}

async function startBare(engineUrl: string): Promise<Subject> {
  const port = await freePort();
  const child = start('0', [join(here, 'bare-pipe.ts'), engineUrl, String(port)]);
  const url = `http://127.0.0.1:${port}`;
  await answers(url);
  return { name: 'bare', url, pid: pidOf(child) };
}

/** Every request recorded: a span for each, a log line for each, a scrape each five seconds. */
async function startGateway(engineUrl: string, collectorUrl: string): Promise<Subject> {
  const port = await freePort();
  const adminPort = await freePort();
  const main = join(here, '../../../gateway/main.ts');
  const flags = ['--port', String(port), '--admin-port', String(adminPort)];
  const traced = ['--otlp-endpoint', collectorUrl];
  const child = start('0', [main, 'serve', '--replica', engineUrl, ...flags, ...traced]);
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/ready`);
  const scrapes = setInterval(() => {
    fetch(`http://127.0.0.1:${adminPort}/metrics`)
      .then((response) => response.text())
      .catch(() => undefined);
  }, 5_000);
  child.once('exit', () => clearInterval(scrapes));
  return { name: 'gateway', url, pid: pidOf(child) };
}

function start(core: string, argv: readonly string[]): ChildProcess {
  const child = spawn('taskset', ['-c', core, process.execPath, ...argv], {
    stdio: ['ignore', 'ignore', process.env['BENCH_DEBUG'] === undefined ? 'ignore' : 'inherit'],
  });
  children.push(child);
  return child;
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('a process of the bench did not start');
  return pid;
}
