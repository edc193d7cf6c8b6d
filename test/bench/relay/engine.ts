/**
 * An engine that costs next to nothing: fixed events at a fixed rate, phases of the streams spread
 * evenly over the interval, so that a relay is never handed many tokens in one wake-up by luck.
 *
 *     node test/bench/relay/engine.ts PORT
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

const [port = '0'] = process.argv.slice(2);

const MODEL = 'bench';
const TICK_MS = 1;

interface Stream {
  readonly response: ServerResponse;
  readonly everyTicks: number;
  nextTick: number;
  left: number;
}

const event = (text: string, reason: string): string =>
  `data: {"id":"cmpl-0123456789abcdef","object":"text_completion","created":1795533621,"model":"${MODEL}","choices":[{"index":0,"text":"${text}","logprobs":null,"finish_reason":${reason},"stop_reason":null}]}\n\n`;
const TOKEN = Buffer.from(event(' word', 'null'));
const LAST = Buffer.from(
  `${event(' end', '"length"')}data: {"id":"cmpl-0123456789abcdef","object":"text_completion","created":1795533621,"model":"${MODEL}","choices":[],"usage":{"prompt_tokens":256,"total_tokens":512,"completion_tokens":256}}\n\ndata: [DONE]\n\n`,
);
const WHOLE = Buffer.from(
  JSON.stringify({
    id: 'cmpl-0123456789abcdef',
    object: 'text_completion',
    created: 1_795_533_621,
    model: MODEL,
    choices: [{ index: 0, text: ' word'.repeat(120), logprobs: null, finish_reason: 'length' }],
    usage: { prompt_tokens: 256, total_tokens: 376, completion_tokens: 120 },
  }),
);

const streams = new Set<Stream>();
const startMs = performance.now();
let tick = 0;

setInterval(() => {
  const due = Math.floor((performance.now() - startMs) / TICK_MS);
  for (; tick < due; tick += 1) {
    for (const stream of streams) if (stream.nextTick <= tick) step(stream);
  }
}, TICK_MS);

function step(stream: Stream): void {
  stream.left -= 1;
  stream.nextTick += stream.everyTicks;
  if (stream.left > 0) {
    stream.response.write(TOKEN);
    return;
  }
  streams.delete(stream);
  stream.response.end(LAST);
}

function answer(incoming: IncomingMessage, response: ServerResponse, body: string): void {
  if (incoming.url === '/v1/models') {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        object: 'list',
        data: [{ id: MODEL, object: 'model', owned_by: 'bench', max_model_len: 8192 }],
      }),
    );
    return;
  }
  if (incoming.method !== 'POST') {
    response.statusCode = incoming.url === '/health' ? 200 : 404;
    response.end();
    return;
  }
  const asked = JSON.parse(body) as { stream?: boolean; max_tokens: number; rate?: number };
  if (asked.stream !== true) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': WHOLE.length });
    response.end(WHOLE);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const everyTicks = Math.max(Math.round(1_000 / (asked.rate ?? 50) / TICK_MS), 1);
  const stream = { response, everyTicks, nextTick: tick + 1, left: asked.max_tokens };
  streams.add(stream);
  response.on('close', () => streams.delete(stream));
  response.flushHeaders();
}

createServer((incoming, response) => {
  let body = '';
  incoming.setEncoding('utf8');
  incoming.on('data', (chunk: string) => (body += chunk));
  incoming.on('end', () => answer(incoming, response, body));
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
