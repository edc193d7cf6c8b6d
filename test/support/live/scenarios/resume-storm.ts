import { expectedAnswer } from '../../../../deploy/simulator/words.ts';
import { readStream } from '../answers.ts';
import { aHouse } from '../house.ts';
import type { LiveHouse } from '../house.ts';
import { openAi, withExtras } from '../openai.ts';
import { until } from '../until.ts';

/** How a storm blows. */
export interface StormOptions {
  readonly streams: number;
  readonly tokens: number;
  /** Tokens that all streams together have between two deaths. */
  readonly tokensBetweenDeaths: number;
  readonly replicas: number;
}

/** What was left after a storm. */
export interface StormResult {
  /** Streams that came to their end, word for word as undisturbed. */
  readonly whole: number;
  /** What the clients of the others threw, or that a word was wrong. */
  readonly failures: readonly string[];
  readonly deaths: number;
  readonly resumes: number;
  /** Tokens that engines made and no client got, for each that one got. */
  readonly wastedShare: number;
}

/** Streams on replicas of which one after the other is killed, and started again once the next has its turn. */
export async function runStorm(options: StormOptions): Promise<StormResult> {
  await using house = await aHouse({
    replicas: Array.from({ length: options.replicas }, () => ({ speed: 4 })),
    settings: { discovery: { healthIntervalMs: 200, retryMsMax: 100 } },
  });
  let isOver = false;
  const asking = Promise.all(
    Array.from({ length: options.streams }, (_, index) => ask(house, options, index)),
  ).finally(() => {
    isOver = true;
  });
  const { deaths, made } = await kill(house, options, () => isOver);
  const failures = (await asking).filter((failure) => failure !== undefined);
  const resumes = await house.gateway.counted('resumes');
  const generated = made + (await tokensOf(house));
  const wanted = options.streams * options.tokens;
  await house.gateway.empty();
  return {
    whole: options.streams - failures.length,
    failures,
    deaths,
    resumes,
    wastedShare: Math.max(generated - wanted, 0) / wanted,
  };
}

async function ask(
  house: LiveHouse,
  { tokens }: StormOptions,
  index: number,
): Promise<string | undefined> {
  const { completions } = openAi(house.gateway, { timeout: 600_000 });
  const prompt = `Story ${index} begins`;
  const body = withExtras({ model: house.replica.model, prompt, max_tokens: tokens });
  const answer = await readStream(completions.create({ ...body, stream: true }));
  if (answer.thrown instanceof Error) return answer.thrown.message;
  return answer.text === expectedAnswer({ prompt }, tokens) ? undefined : 'a word is wrong';
}

/** Kills one replica after the other while streams are open; gives how many, and the tokens that they had made. */
async function kill(
  house: LiveHouse,
  { tokensBetweenDeaths }: StormOptions,
  isOver: () => boolean,
): Promise<{ deaths: number; made: number }> {
  let deaths = 0;
  let made = 0;
  for (;;) {
    const from = await tokensOf(house);
    await until(
      'the streams have come on',
      async () => isOver() || (await tokensOf(house)) >= from + tokensBetweenDeaths,
    );
    if (isOver()) return { deaths, made };
    const victim = house.replicas[deaths % house.replicas.length];
    if (victim === undefined) throw new Error('there is nobody to kill');
    made += (await victim.state()).tokens;
    await victim.stop();
    deaths += 1;
    await victim.startAgain();
    await house.gateway.ready(house.replicas.length);
  }
}

async function tokensOf({ replicas }: LiveHouse): Promise<number> {
  const states = await Promise.all(replicas.map((replica) => replica.state()));
  return states.reduce((sum, { tokens }) => sum + tokens, 0);
}
