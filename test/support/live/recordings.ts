import { dialects } from '../../../gateway/dialects/catalog.ts';
import { StreamRelay } from '../../../gateway/pipeline/stream-relay.ts';
import { decoded } from '../exchange.ts';
import { RelayBench } from '../relay-bench.ts';
import { says } from './answers.ts';
import { postJson } from './raw.ts';
import { LiveReplica } from './replica.ts';

/** One stream of a simulated engine, as it came off the wire. */
export interface Recording {
  readonly name: string;
  readonly path: string;
  readonly asked: object;
  readonly bytes: Buffer;
}

const chat = '/v1/chat/completions';
const text = '/v1/completions';
const generate = '/generate';
const words = 'Grüße, 世界 🍏';

/** What each engine is asked; usage is asked for, so that all of an answer is its client's. */
function asks(
  model: string,
  isSglang: boolean,
): readonly (readonly [path: string, body: object])[] {
  const common = { model, stream: true, stream_options: { include_usage: true }, ignore_eos: true };
  const both = [1, 2, 5].flatMap((tokens) =>
    [1, 2].map((n): object => ({ ...common, max_tokens: tokens, n })),
  );
  const native = [1, 3, 6].map((tokens): object => ({
    text: words,
    stream: true,
    sampling_params: { max_new_tokens: tokens, ignore_eos: true },
  }));
  return [
    ...both.map((body) => [chat, { ...body, messages: says(words) }] as const),
    ...both.slice(0, 4).map((body) => [text, { ...body, prompt: words }] as const),
    ...(isSglang ? native.map((body) => [generate, body] as const) : []),
  ];
}

/** What a simulated engine answers to each of a few requests, as it came off the wire. */
export async function recordings(preset: string): Promise<Recording[]> {
  await using replica = await LiveReplica.start({ preset });
  const all: Recording[] = [];
  for (const [path, asked] of asks(replica.model, preset.startsWith('sglang'))) {
    const answer = await postJson(`${replica.url}${path}`, asked);
    if (!answer.ok) continue;
    const bytes = Buffer.from(await answer.arrayBuffer());
    all.push({ name: `${preset} ${path} ${all.length}`, path, asked, bytes });
  }
  return all;
}

/** What the client has of a stream that comes in these pieces. */
export function relayed({ path, asked }: Recording, chunks: readonly Buffer[]): RelayBench {
  const dialect = dialects.find(({ paths }) => paths.has(path));
  if (dialect === undefined) throw new Error(`nobody speaks ${path}`);
  const request = decoded(asked, dialect, path);
  const bench = new RelayBench((parts) => new StreamRelay(parts), {
    exchange: { dialect, path, request },
  });
  return bench.stream(...chunks);
}

/** The same stream with what the format allows and no engine sends. */
export function variants(recording: Recording): Recording[] {
  const plain = recording.bytes.toString('latin1');
  const changed: readonly (readonly [string, string])[] = [
    // None behind the end: nothing that follows it is passed on.
    ['comments', plain.replaceAll(/\n\n(?!$)/g, '\n\n: keep-alive\n\n')],
    ['event names', plain.replaceAll('data: ', 'event: message\ndata: ')],
    ['CRLF', plain.replaceAll('\n', '\r\n')],
  ];
  return changed.map(([name, stream]) => ({
    ...recording,
    name: `${recording.name} with ${name}`,
    bytes: Buffer.from(stream, 'latin1'),
  }));
}
