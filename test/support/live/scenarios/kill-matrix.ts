import { expectedAnswer } from '../../../../deploy/simulator/words.ts';
import { readStream, type ReadStream } from '../answers.ts';
import { LiveGateway } from '../gateway.ts';
import { openAi, withExtras } from '../openai.ts';
import { LiveReplica } from '../replica.ts';

/** Tokens of every answer. */
const TOKENS = 16;

/** Silence of so long is taken for a death; no step of the simulated engine takes a tenth of it. */
const SILENCE_MS = 300;

/** Where in an answer its replica dies: before its head, behind so many tokens, behind its finish, behind its end. */
type Position = 'headers' | number | 'finish' | 'done';

const positions: readonly Position[] = [
  ...(['headers', 0, 1, 2, 3, 5, 8, 12] as const),
  ...([TOKENS - 1, TOKENS, 'finish', 'done'] as const),
];

type Death = 'fin' | 'rst' | 'garbage' | 'error' | 'clean-end' | 'silence';

const deaths: readonly Death[] = ['fin', 'rst', 'garbage', 'error', 'clean-end', 'silence'];

/** One way to die, and who asks how. */
export interface KillCell {
  readonly at: Position;
  readonly death: Death;
  readonly stream: boolean;
  readonly resume: boolean;
}

/** All 288. */
export const killCells: readonly KillCell[] = positions.flatMap((at) =>
  deaths.flatMap((death) =>
    [true, false].flatMap((stream) =>
      [true, false].map((resume) => ({ at, death, stream, resume })),
    ),
  ),
);

/** What has to come of a cell: the whole answer, or a thrown error behind so many right words at most. */
export function verdictOf({
  at,
  death,
  stream,
  resume,
}: KillCell): { whole: true } | { words: number } {
  // Nothing of it has been sent: another replica answers.
  if (!stream || at === 'headers' || at === 0 || at === 'done') return { whole: true };
  // An error is a failure whatever came before it; without one only the end is missing, and is supplied.
  if (at === 'finish') return death === 'error' ? { words: TOKENS } : { whole: true };
  return resume ? { whole: true } : { words: at };
}

function faultOf({ at, death }: KillCell): Readonly<Record<string, unknown>> {
  if (at === 'headers') {
    if (death === 'silence') return { kind: 'hang' };
    if (death === 'error') return { kind: 'status', status: 500 };
    if (death === 'garbage') return { kind: 'garbage', at };
    return { kind: 'die', at, how: death === 'rst' ? 'rst' : 'fin' };
  }
  if (death === 'silence') return { kind: 'stall', at };
  if (death === 'error') return { kind: 'error-event', at };
  return death === 'fin' || death === 'rst' ? { kind: 'die', at, how: death } : { kind: death, at };
}

/** What came of a cell. */
export interface KillResult {
  readonly whole: boolean;
  /** Right words that the client has. */
  readonly words: number;
  readonly thrown: unknown;
}

/** Two replicas behind two gateways, one of which resumes. */
export class KillHouse implements AsyncDisposable {
  readonly replicas: readonly LiveReplica[];
  readonly #gateways: ReadonlyMap<boolean, LiveGateway>;
  readonly #countedUntilMs: Map<LiveReplica, number> = new Map();
  #questions = 0;

  private constructor(
    replicas: readonly LiveReplica[],
    gateways: ReadonlyMap<boolean, LiveGateway>,
  ) {
    this.replicas = replicas;
    this.#gateways = gateways;
  }

  static async start(): Promise<KillHouse> {
    const replicas = await Promise.all([LiveReplica.start(), LiveReplica.start()]);
    const gateways = new Map<boolean, LiveGateway>();
    for (const resume of [true, false]) {
      const gateway = await LiveGateway.start({
        replicas: replicas.map(({ url }) => ({ url })),
        routing: { policy: 'round-robin' },
        // Nobody is taken out, and the budget of retries is not what is looked at.
        discovery: { failuresMax: 1_000, loadIntervalMs: 1_000, healthIntervalMs: 60_000 },
        limits: { retriesShare: 1 },
        timeouts: { firstByteMs: SILENCE_MS, betweenTokensMs: SILENCE_MS },
        resume: { mode: resume ? 'exact' : 'off' },
      });
      await gateway.ready(replicas.length);
      gateways.set(resume, gateway);
    }
    return new KillHouse(replicas, gateways);
  }

  get gateways(): readonly LiveGateway[] {
    return [...this.#gateways.values()];
  }

  /** Asks until the request meets the replica that dies; what others get must be whole. */
  async play(cell: KillCell, prompt: string): Promise<KillResult> {
    const [faulty] = this.replicas;
    const gateway = this.#gateways.get(cell.resume);
    if (faulty === undefined || gateway === undefined) throw new Error('the house is empty');
    await faulty.fails({ ...faultOf(cell), times: 1 });
    for (;;) {
      const result = await ask(gateway, faulty.model, { prompt, stream: cell.stream });
      if ((await faulty.struck()) > 0 || !result.whole) {
        await faulty.heals();
        await this.countQuestions();
        return result;
      }
    }
  }

  /** Tokens that the gateways themselves have asked replicas for which said nothing. A replica remembers its last requests. */
  async countQuestions(): Promise<number> {
    for (const replica of this.replicas) {
      const sinceMs = this.#countedUntilMs.get(replica) ?? 0;
      const fresh = (await replica.received()).filter(({ atMs }) => atMs > sinceMs);
      this.#countedUntilMs.set(replica, fresh.at(-1)?.atMs ?? sinceMs);
      this.#questions += fresh.filter(({ body }) => body.includes(QUESTION)).length;
    }
    return this.#questions;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const house of [...this.gateways, ...this.replicas]) await house[Symbol.asyncDispose]();
  }
}

/** How a gateway asks whether an engine generates. */
const QUESTION = '"prompt":"1","max_tokens":1';

async function ask(
  gateway: LiveGateway,
  model: string,
  { prompt, stream }: { readonly prompt: string; readonly stream: boolean },
): Promise<KillResult> {
  const { completions } = openAi(gateway);
  const body = withExtras({ model, prompt, max_tokens: TOKENS });
  const answer = stream
    ? await readStream(completions.create({ ...body, stream: true }))
    : await readWhole(completions.create({ ...body, stream: false }));
  const expected = expectedAnswer({ prompt }, TOKENS);
  const isRight = expected.startsWith(answer.text);
  return {
    whole:
      answer.thrown === undefined && answer.text === expected && answer.finishReason === 'length',
    words: isRight ? answer.text.split(' ').length - 1 : Number.NaN,
    thrown: answer.thrown,
  };
}

type Whole = Pick<ReadStream, 'text' | 'finishReason' | 'thrown'>;

async function readWhole(
  asking: PromiseLike<{ choices: { text: string; finish_reason: string | null }[] }>,
): Promise<Whole> {
  try {
    const [choice] = (await asking).choices;
    return {
      text: choice?.text ?? '',
      finishReason: choice?.finish_reason ?? '',
      thrown: undefined,
    };
  } catch (thrown) {
    return { text: '', finishReason: undefined, thrown };
  }
}
