import { setTimeout as pause } from 'node:timers/promises';

import type { Child } from '../../gateway/replay/fleet/child.ts';
import { startChild } from '../../gateway/replay/fleet/child.ts';
import { gatewayCommand } from '../../gateway/replay/fleet/gateway-command.ts';

/** A real engine that runs already. */
export interface RealEngine {
  readonly kind: 'vllm' | 'sglang';
  readonly url: string;
  /** As the gateway calls it. */
  readonly id: string;
}

/** Real engines and two gateways before them. */
export interface Stand {
  readonly engines: readonly RealEngine[];
  /** Routes by the default policy. */
  readonly gateway: Child;
  /** Hands requests on at once and asks the replicas in turn, so that each of them can be reached and filled. */
  readonly turns: Child;
  readonly model: string;
}

/** One claim and how it is tried on the engines; says a figure where there is one. */
export interface Check {
  readonly title: string;
  try(stand: Stand): Promise<string | undefined>;
}

/** Longest that a check waits for something to become so. */
const WAIT_MS_MAX = 30_000;

/** Loading a model takes longer than any other wait. */
export const LOADED_MS_MAX = 600_000;

/** Engines behind the given URLs that are healthy. */
export async function findEngines(
  kind: RealEngine['kind'],
  urls: readonly string[],
): Promise<RealEngine[]> {
  const asked = urls.map(async (url) => {
    const isHealthy = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    return isHealthy ? [{ kind, url, id: new URL(url).host }] : [];
  });
  return (await Promise.all(asked)).flat();
}

/** Puts the gateways in front of the engines, with flags beside the usual ones, and waits until they have found them all. */
export async function startStand(
  engines: readonly RealEngine[],
  flags: readonly string[] = [],
): Promise<Stand> {
  const replicas = engines.flatMap(({ url }) => ['--replica', url]);
  const ports = ['--port', '0', '--admin-port', '0', '--log-level', 'warn', '--json'];
  const serve = (name: string, ...more: string[]): Promise<Child> =>
    startChild(gatewayCommand(name, ['serve', ...replicas, ...ports, ...flags, ...more]));
  const gateway = await serve('gateway');
  const turns = await serve(
    'gateway in turns',
    '--policy',
    'round-robin',
    '--admission',
    'pass-through',
  );
  for (const { url } of [gateway, turns]) {
    await until(async () => (await readyReplicas(url)) === engines.length);
  }
  const list = (await readJson(`${gateway.url}/v1/models`)) as { data: { id: string }[] };
  return { engines, gateway, turns, model: list.data[0]?.id ?? '' };
}

/** Prints how each check went; the number of those that failed. */
export async function tryAll(checks: readonly Check[], stand: Stand): Promise<number> {
  let failed = 0;
  for (const { title, ...check } of checks) {
    try {
      const said = await check.try(stand);
      console.log(`ok    ${title}${said === undefined ? '' : `\n        ${said}`}`);
    } catch (error) {
      failed += 1;
      console.log(
        `FAIL  ${title}\n${error instanceof Error ? (error.stack ?? '') : String(error)}`,
      );
    }
  }
  return failed;
}

/** Words of a setting that names several. */
export function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

async function readyReplicas(url: string): Promise<number> {
  const { replicas } = (await readJson(`${url}/ready`)) as { replicas: Record<string, string> };
  return Object.values(replicas).filter((state) => state === 'ready').length;
}

/** Asks again until it is so; the milliseconds that it took. */
export async function until(
  isSo: () => Promise<boolean>,
  msMax: number = WAIT_MS_MAX,
): Promise<number> {
  const startMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startMs > msMax) throw new Error(`not so after ${msMax} ms`);
    await pause(2);
  }
  return performance.now() - startMs;
}

/** A page as JSON, whatever its status. */
export async function readJson(url: string, body?: object): Promise<unknown> {
  const answer = body === undefined ? await fetch(url) : await post(url, body);
  return answer.json();
}

/** Posts JSON. */
export function post(
  url: string,
  body: object,
  { headers, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Posts through the gateway until the named replica is the one that answers. */
export async function postThrough(
  { turns, engines }: Stand,
  engine: RealEngine,
  path: string,
  body: object,
  signal?: AbortSignal,
): Promise<Response> {
  for (let tries = 0; tries < 4 * engines.length; tries += 1) {
    const answer = await post(`${turns.url}${path}`, body, {
      headers: { 'x-gateway-replica': '1' },
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.headers.get('x-gateway-replica') === engine.id) return answer;
    await answer.body?.cancel();
  }
  throw new Error(`${engine.id} has not answered ${path}`);
}

/** Requests that the engine itself says are running and waiting. */
export async function loadOf({
  kind,
  url,
}: RealEngine): Promise<{ running: number; waiting: number }> {
  if (kind === 'sglang') {
    const { loads } = (await readJson(`${url}/v1/loads`)) as {
      loads: [{ num_running_reqs: number; num_waiting_reqs: number }];
    };
    return { running: loads[0].num_running_reqs, waiting: loads[0].num_waiting_reqs };
  }
  const page = await (await fetch(`${url}/metrics`)).text();
  return {
    running: sumOf(page, 'vllm:num_requests_running'),
    waiting: sumOf(page, 'vllm:num_requests_waiting'),
  };
}

/** Sum of all series of one name on a page of metrics. */
export function sumOf(page: string, name: string): number {
  const lines = page
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce(
    (sum, line) => sum + Number(/\s(\S+)$/.exec(line.replace(/ # .*/, ''))?.[1]),
    0,
  );
}

/** The data of each event of a whole stream, `[DONE]` included. */
export async function eventsOf(answer: Response): Promise<string[]> {
  const text = await answer.text();
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice('data: '.length));
}
