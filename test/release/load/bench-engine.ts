import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { answers, freePort } from '../../bench/relay/ports.ts';
import type { Asked, Streamed } from './stream-client.ts';

/** An engine of its own process that costs next to nothing: it says the same to everyone, at the rate that is asked for. */
export async function aBenchEngine(): Promise<AsyncDisposable & { readonly url: string }> {
  const port = await freePort();
  const file = fileURLToPath(new URL('../../bench/relay/engine.ts', import.meta.url));
  const child = spawn(process.execPath, [file, String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await answers(url);
  return {
    url,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Asks it for so many tokens at so many a second. */
export function askBench(tokens: number, perSecond: number): Asked {
  return { prompt: 'Hold', tokens, more: { model: 'bench', rate: perSecond } };
}

/** Frames that are missing from what came, by the words of the answer that it gives to everyone. */
export function lostFrames({ text }: Streamed, { tokens }: Asked): number {
  const right = `${' word'.repeat(tokens - 1)} end`;
  return text === right ? 0 : Math.max(tokens - (text.split(' ').length - 1), 1);
}

/** Whether all of its answer came, with its end. */
export function isWholeOfBench(streamed: Streamed, asked: Asked): boolean {
  return streamed.endedWell && streamed.isComplete && lostFrames(streamed, asked) === 0;
}
