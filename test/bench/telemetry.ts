/**
 * What a recorded request costs: metrics alone, with its log line, and with its spans sent to a live
 * collector in a process of its own; and what a timed token costs.
 *
 *     node test/bench/telemetry.ts [rounds]
 *
 * What all of it costs a relayed token is measured by telemetry-pairs.ts. Every figure here is processor time of the whole process, the least of all rounds, with the cost of
 * the pacing taken off. Absolute times move with the machine.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { startTelemetry, type Telemetry, type TelemetryClock } from '../../telemetry/telemetry.ts';
import { TokenTimer } from '../../telemetry/token-timer.ts';

const REQUESTS = 50_000;

/** Requests that come together, a millisecond apart from the next ones: no tight loop, and no idling either. */
const BURST = 50;

const rounds = Number(process.argv[2] ?? 5);

const clock: TelemetryClock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
};

if (process.argv[2] === 'collect') collect();
else await measure();

/** The collector's side: takes spans, counts their bytes, keeps nothing. */
function collect(): void {
  const server = createServer((incoming, response) => {
    incoming.resume();
    incoming.on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : undefined);
  });
  process.on('disconnect', () => {
    server.closeAllConnections();
    server.close();
  });
}

async function measure(): Promise<void> {
  const collector = fork(import.meta.filename, ['collect']);
  const [port] = await once(collector, 'message');
  const pacing = await cheapest(() => {});
  const modes = [
    { name: 'metrics', level: 'silent', sampleRatio: 0, otlpEndpoint: undefined },
    { name: '+ log line', level: 'info', sampleRatio: 0, otlpEndpoint: undefined },
    {
      name: '+ trace context',
      level: 'info',
      sampleRatio: 0,
      otlpEndpoint: `http://127.0.0.1:${port}`,
    },
    { name: '+ 2 spans', level: 'info', sampleRatio: 1, otlpEndpoint: `http://127.0.0.1:${port}` },
  ] as const;
  for (const { name, level, sampleRatio, otlpEndpoint } of modes) {
    const telemetry = await startTelemetry({
      serviceName: 'numagate',
      version: '0.0.0',
      instanceId: 'bench',
      otlpEndpoint,
      sampleRatio,
      good: { firstTokenMs: 2_000, tokenGapMs: 100 },
      log: { level, destination: '/dev/null' },
      clock,
      random: Math.random,
    });
    const cost = (await cheapest((index) => record(telemetry, index))) - pacing;
    const startMs = performance.now();
    const { body } = await telemetry.scrape('application/openmetrics-text');
    const scrapeMs = performance.now() - startMs;
    await telemetry.shutdown();
    print(
      name,
      `${cost.toFixed(2)} us a request, ${scrapeMs.toFixed(1)} ms a scrape of ${body.length} bytes`,
    );
  }
  for (const tokens of [2, 64, 256, 1024]) {
    print(`${tokens} tokens`, `${(tokenCost(tokens) * 1000).toFixed(1)} ns a token`);
  }
  collector.disconnect();
}

/** A streamed answer of two tokens with all that a gateway knows of it. */
function record(telemetry: Telemetry, index: number): void {
  const nowMs = performance.now();
  const one = telemetry.record({
    requestId: `0b62ea1c-0bb5-4b92-8ee3-${index}`,
    receivedMs: nowMs,
    method: 'POST',
    route: '/v1/chat/completions',
    operation: 'chat',
  });
  one.tenant = 'default';
  one.dialect = 'openai-chat';
  one.model = 'meta-llama/Meta-Llama-3-70B-Instruct';
  one.streamed = true;
  one.queueWaitMs = 0.1234;
  one.promptTokensEstimate = 500;
  one.requestBytes = 2000;
  const attempt = one.attempt({
    replica: 'replica-0',
    address: 'http://127.0.0.1:30000',
    engine: 'sglang',
    startMs: nowMs + 1,
  });
  one.timer.output(nowMs + 12.3);
  one.timer.output(nowMs + 30.5);
  one.usage({ prompt: 512, output: 2 });
  one.finishReason = 'stop';
  one.status = 200;
  one.responseBytes = 800;
  attempt.end(nowMs + 31);
  one.end(nowMs + 31.5);
}

/** Microseconds of processor time for each call, in the cheapest round. */
async function cheapest(task: (index: number) => void): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    for (let index = 0; index < REQUESTS; index += 1) {
      task(index);
      if (index % BURST === 0) await delay(1);
    }
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / REQUESTS);
  }
  return least;
}

/** Microseconds for each output of an answer of so many, the timer's making included. */
function tokenCost(tokens: number): number {
  let least = Infinity;
  const answers = Math.ceil(2_000_000 / tokens);
  for (let round = 0; round < rounds; round += 1) {
    const startMs = performance.now();
    for (let answer = 0; answer < answers; answer += 1) {
      const timer = new TokenTimer(0);
      for (let index = 1; index <= tokens; index += 1) timer.output(index * 10.5);
    }
    least = Math.min(least, ((performance.now() - startMs) * 1000) / (answers * tokens));
  }
  return least;
}

function print(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(18)}${figure}\n`);
}
