import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** One answer of a real engine, as it came off the socket. */
export interface Capture {
  /** Such as `vllm-0.32.0/chat-stream`. */
  readonly name: string;
  readonly path: string;
  /** The request's body; `undefined` where the capture keeps only its beginning. */
  readonly requestBody: string | undefined;
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** One piece for each chunk of the chunked coding; one for a body of known length. */
  readonly chunks: readonly Buffer[];
}

const home = new URL('../../../shared/fixtures/', import.meta.url);

const engines = ['vllm-0.32.0', 'sglang-0.5.23', 'llama-server'];

/** Every captured answer; none where the checkout has no captures beside it. */
export const captures: readonly Capture[] = existsSync(home)
  ? engines.flatMap((engine) =>
      readdirSync(new URL(engine, home)).map((file) => readCapture(`${engine}/${file}`)),
    )
  : [];

/** Why the tests that read captures are left out, or `false`. */
export const withoutCaptures: string | false =
  captures.length === 0 && 'the answers of real engines are not beside this checkout';

/** The capture of that name. */
export function capture(name: string): Capture {
  const found = captures.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no capture ${name}`);
  return found;
}

/** The captures of streams under these paths, engines' refusals left out. */
export function streamsUnder(paths: Iterable<string>): Capture[] {
  const wanted = new Set(paths);
  return captures.filter(
    ({ path, status, headers }) =>
      wanted.has(path) &&
      status === 200 &&
      headers['content-type']?.startsWith('text/event-stream') === true,
  );
}

/** A few lines of notes, then each read of the socket under its time; carriage returns are lost. */
function readCapture(file: string): Capture {
  const text = readFileSync(new URL(file, home), 'latin1');
  const [notes = '', ...reads] = text.split(/\n\[\d+\.\d ms\]\n/);
  const answer = reads.filter((read) => !read.startsWith('<EOF>')).join('');
  const headEnd = answer.indexOf('\n\n');
  const [statusLine = '', ...headerLines] = answer.slice(0, headEnd).split('\n');
  const headers = Object.fromEntries(
    headerLines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = answer.slice(headEnd + 2);
  return {
    name: file.replace('.txt', ''),
    path: /^# [A-Z]+ (\S+)/.exec(notes)?.[1] ?? '',
    requestBody: requestBodyIn(notes),
    status: Number(statusLine.split(' ')[1]),
    headers,
    chunks: headers['transfer-encoding'] === 'chunked' ? decodeChunks(body) : [latin1(body)],
  };
}

function requestBodyIn(notes: string): string | undefined {
  const body = /^# request body: (.*)$/m.exec(notes)?.[1];
  return body === undefined || body.endsWith(' chars)') ? undefined : latin1(body).toString();
}

/** The payloads of the chunked coding, its line ends being plain LF here. */
function decodeChunks(body: string): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = body.indexOf('\n', at);
    const size = Number.parseInt(body.slice(at, lineEnd), 16);
    if (Number.isNaN(size)) throw new Error(`no chunk size at ${at}`);
    if (size === 0) return chunks;
    at = lineEnd + 1;
    chunks.push(latin1(body.slice(at, at + size)));
    at += size + 1;
  }
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
