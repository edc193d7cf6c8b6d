import { createServer } from 'node:net';
import { get } from 'node:http';

/** For one page; SGLang answers its own after up to 20 s under load, which is not to be ready. */
const PAGE_MS_MAX = 5_000;

const NOT_FOUND = 404;

/** Whether the engine on a port of this machine says that it is healthy. Engines without `/health` list models. */
export async function isReady(port: number): Promise<boolean> {
  const status = await statusOf(port, '/health');
  return isGood(status === NOT_FOUND ? await statusOf(port, '/v1/models') : status);
}

/** Who asks for a key is up, too. */
function isGood(status: number | undefined): boolean {
  return status !== undefined && (status < 300 || status === 401 || status === 403);
}

async function statusOf(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PAGE_MS_MAX);
    const request = get({ host: '127.0.0.1', port, path, agent: false, signal }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    request.on('error', () => resolve(undefined));
  });
}

/** Whether an engine could listen on a port, at any address of this machine. */
export async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '0.0.0.0' }, () => {
      server.close(() => resolve(true));
    });
  });
}
