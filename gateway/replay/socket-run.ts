import { z } from 'zod';

import type { Clock } from '../clock.ts';
import { HttpClient } from '../wire/http-client.ts';
import type { TextClient } from '../wire/text-client.ts';
import { ClientLateness } from './client-lateness.ts';
import { LoadGenerator } from './load-generator.ts';
import type { LoadOptions, LoadProgress } from './load-generator.ts';
import { PromptMaker } from './prompt.ts';
import type { ProcessLateness } from './replay-run.ts';
import type { ReplaySettings } from './replay-settings.ts';
import type { RequestResult } from './request-result.ts';
import { unreachable } from './unreachable.ts';
import type { Workload } from './workload.ts';

/** Why a run could not be made at all. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

/** Where a workload is sent, and how fast. */
export interface SocketRunOptions extends ReplaySettings {
  /** Origin of a gateway or an engine. */
  readonly url: string;
  readonly speed: number;
  /** Cuts the run short. */
  readonly signal: AbortSignal;
  /** Told when the clock of the run starts, after warm-up. */
  readonly onStart: () => void;
  /** Told a few times a second. */
  readonly onProgress: (progress: LoadProgress) => void;
}

/** What a run does its work with. */
export interface SocketRunParts {
  readonly clock: Clock;
  readonly textClient: TextClient;
}

/** What came of a run over sockets. */
export interface SocketRunOutcome {
  readonly results: readonly RequestResult[];
  readonly durationMs: number;
  /** False when the run was cut short. */
  readonly complete: boolean;
  readonly lateness: ProcessLateness;
  /** Model that was asked for. */
  readonly model: string;
  /** Presets of the simulated replicas that have answered; empty where engines have. */
  readonly simulators: ReadonlySet<string>;
  /** What the server's `/server_info` says, as JSON; `undefined` where there is none. */
  readonly serverInfo: unknown;
}

/** Connections are opened a thousand at once, which takes a while on a busy machine. */
const CONNECT_MS_MAX = 30_000;
const PAGE_MS_MAX = 10_000;
const PROGRESS_MS = 250;
/** Output tokens of a warm-up request under the current rules. */
const WARM_UP_TOKENS_MAX = 32;
/** The current reference rests between warm-up and run, in milliseconds. */
const WARM_UP_REST_MS = 1000;

/** Warms up, sends the workload and waits for its last answer, or for `signal`. Rejects with a `ReplayError`. */
export async function runOverSockets(
  options: SocketRunOptions,
  parts: SocketRunParts,
): Promise<SocketRunOutcome> {
  const load = await loadOptions(options, parts.textClient);
  const sender = new HttpClient(options.url, { connectMs: CONNECT_MS_MAX });
  const generate = (workload: Workload): LoadGenerator =>
    new LoadGenerator({ ...load, workload }, { sender, clock: parts.clock });
  try {
    await warmUp(options, generate, parts.clock);
    const outcome = await timedRun(generate(options.workload), options, parts.clock);
    return {
      ...outcome,
      model: load.model,
      serverInfo: await serverInfo(options, parts.textClient),
    };
  } finally {
    sender.close();
  }
}

/** How the requests of a run are asked for: its settings, with the model and the headers filled in. */
export async function loadOptions(
  options: ReplaySettings & { readonly url: string; readonly speed: number },
  textClient: TextClient,
): Promise<LoadOptions> {
  const page = await modelPage(options, textClient);
  const model = options.model ?? firstModel(page);
  const prompts = new PromptMaker(options.seed);
  return { ...options, model, prompts, headers: requestHeaders(options) };
}

interface ModelPage {
  readonly url: string;
  readonly status: number;
  readonly body: string;
}

/** Asked for whether a model is named or not: here it shows whether anything answers. */
async function modelPage(
  { url, authorization }: Pick<SocketRunOptions, 'url' | 'authorization'>,
  { fetchText }: TextClient,
): Promise<ModelPage> {
  const headers = authorization === undefined ? {} : { authorization };
  try {
    const signal = AbortSignal.timeout(PAGE_MS_MAX);
    const { status, body } = await fetchText(`${url}/v1/models`, { headers, signal });
    return { url: `${url}/v1/models`, status, body };
  } catch (cause) {
    throw new ReplayError(unreachable(url, cause), { cause });
  }
}

const models = z.object({ data: z.array(z.object({ id: z.string() })).min(1) });

function firstModel({ url, status, body }: ModelPage): string {
  if (status === UNAUTHORIZED) {
    throw new ReplayError(`${url} asks for a key: set OPENAI_API_KEY to one that it takes`);
  }
  try {
    return models.parse(JSON.parse(body)).data[0]?.id ?? '';
  } catch (cause) {
    throw new ReplayError(`${url} lists no model (${status}); name one with --model`, { cause });
  }
}

const UNAUTHORIZED = 401;

/** What the current reference writes into its result file: the server's own account of its flags. */
async function serverInfo(
  { url, authorization }: SocketRunOptions,
  { fetchText }: TextClient,
): Promise<unknown> {
  const headers = authorization === undefined ? {} : { authorization };
  try {
    const signal = AbortSignal.timeout(PAGE_MS_MAX);
    const { status, body } = await fetchText(`${url}/server_info`, { headers, signal });
    return status === 200 ? (JSON.parse(body) as unknown) : undefined;
  } catch {
    // Only SGLang has this page; a run does not depend on it.
    return undefined;
  }
}

function requestHeaders({ authorization }: ReplaySettings): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    // A fresh connection a request, as the reference has it.
    connection: 'close',
    'x-gateway-replica': '1',
    ...(authorization === undefined ? {} : { authorization }),
  };
}

/** Prompt 0, once at full length (0.2.14) or a few times at a short one; a failure ends everything. */
async function warmUp(
  { workload, rules, warmUpRequests, signal }: SocketRunOptions,
  generate: (workload: Workload) => LoadGenerator,
  clock: Clock,
): Promise<void> {
  const first = workload.requests[0];
  if (first === undefined || warmUpRequests === 0) return;
  const outputTokens =
    rules === '0.2.14' ? first.outputTokens : Math.min(first.outputTokens, WARM_UP_TOKENS_MAX);
  const requests = Array.from({ length: warmUpRequests }, (_, index) => ({
    ...first,
    index,
    arrivalMs: 0,
    outputTokens,
  }));
  const generator = generate({ ...workload, requests });
  await runStoppably(generator, signal);
  const failure = generator.results().find(({ succeeded }) => !succeeded);
  if (failure !== undefined) throw new ReplayError(`the warm-up request failed: ${failure.error}`);
  if (rules === 'current' && !signal.aborted) await rest(clock);
}

function rest(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.after(WARM_UP_REST_MS, resolve);
  });
}

async function timedRun(
  generator: LoadGenerator,
  options: SocketRunOptions,
  clock: Clock,
): Promise<Omit<SocketRunOutcome, 'serverInfo' | 'model'>> {
  const lateness = new ClientLateness();
  let cancel = (): void => undefined;
  const tick = (): void => {
    options.onProgress(generator.progress());
    cancel = clock.after(PROGRESS_MS, tick);
  };
  lateness.start();
  options.onStart();
  cancel = clock.after(PROGRESS_MS, tick);
  await runStoppably(generator, options.signal);
  cancel();
  options.onProgress(generator.progress());
  const results = generator.results();
  return {
    results,
    durationMs: generator.durationMs,
    complete: results.length === options.workload.requests.length,
    simulators: generator.simulators,
    lateness: lateness.stop(),
  };
}

/** Sends a workload until its last answer has ended, or until `signal`. */
export async function runStoppably(generator: LoadGenerator, signal: AbortSignal): Promise<void> {
  const stop = (): void => generator.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const ended = generator.run();
    if (signal.aborted) stop();
    await ended;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
