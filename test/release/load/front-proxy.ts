import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { answers, freePort } from '../../bench/relay/ports.ts';

/** A proxy of others, as people put it before a gateway. */
export interface ProxyKind {
  readonly name: string;
  readonly isThere: () => boolean;
  /** Its settings, as a file. */
  readonly settings: (port: number, to: URL, folder: string) => string;
  readonly args: (file: string) => readonly string[];
}

/** Those that a chain is tried with where they are installed. */
export const proxyKinds: readonly ProxyKind[] = [
  {
    name: 'nginx',
    isThere: () => isInstalled('nginx', '-v'),
    settings: (port, to, folder) => `
      daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
      events { worker_connections 4096; }
      http {
        access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
        fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
        upstream gateway { server ${to.host}; keepalive 16; }
        server {
          listen 127.0.0.1:${port}; client_body_timeout 1s; client_header_timeout 1s;
          location / { proxy_pass http://gateway; proxy_http_version 1.1; proxy_set_header Connection ""; }
        }
      }`,
    args: (file) => ['-c', file],
  },
  {
    name: 'haproxy',
    isThere: () => isInstalled('haproxy', '-v'),
    settings: (port, to) => `
defaults
  mode http
  timeout connect 5s
  timeout client 1s
  timeout server 30s
  timeout http-request 1s
  option http-keep-alive
frontend all
  bind 127.0.0.1:${port}
  default_backend gateway
backend gateway
  server one ${to.host}
`,
    args: (file) => ['-f', file],
  },
];

/** Starts a proxy before `url`, in a folder of its own; resolves when a request through it is answered. */
export async function aFrontProxy(
  { name, settings, args }: ProxyKind,
  url: string,
): Promise<AsyncDisposable & { readonly url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'numagate-proxy-'));
  const file = join(folder, 'proxy.conf');
  const port = await freePort();
  writeFileSync(file, settings(port, new URL(url), folder));
  const child = spawn(name, args(file), { stdio: 'ignore' });
  const through = `http://127.0.0.1:${port}`;
  await answers(through);
  return {
    url: through,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isInstalled(command: string, flag: string): boolean {
  return spawnSync(command, [flag], { stdio: 'ignore' }).status === 0;
}
