import { describe, expect, it } from 'vitest';
import { usedTokens } from '../../../gateway/pipeline/used-tokens.ts';
import type { Recorder } from '../../../telemetry/recorder.ts';
import { aRecorder } from '../../support/exchange.ts';

/** The record of a request reckoned at 100 tokens of prompt, to which `happen` has happened. */
function used(happen: (recorder: Recorder) => void): number {
  const recorder = aRecorder();
  recorder.promptTokensEstimate = 100;
  happen(recorder);
  return usedTokens(recorder);
}

function attempt(recorder: Recorder): void {
  recorder.attempt({ replica: 'replica-0', address: 'http://a:1', engine: 'vllm', startMs: 0 });
}

describe('the tokens that a request used', () => {
  it('are the engine’s own counts where it told them', () => {
    expect(used((recorder) => recorder.usage({ prompt: 90, output: 7 }))).toBe(97);
  });

  it('are else what was reckoned of the prompt and counted of the answer', () => {
    expect(used(({ timer }) => timer.output(5, 3))).toBe(103);
  });

  it.each(['engine_failed', 'engine_timeout', 'client_closed'])(
    'are what was answered before %s, and its prompt',
    (code) => {
      const tokens = used((recorder) => {
        recorder.timer.output(5, 1);
        recorder.errorCode = code;
      });

      expect(tokens).toBe(101);
    },
  );

  it.each(['saturated', 'no_replica', 'shutting_down', 'engine_refused_400', 'engine_unreachable'])(
    'are none where %s came before its first token',
    (code) => {
      const tokens = used((recorder) => {
        attempt(recorder);
        recorder.errorCode = code;
      });

      expect(tokens).toBe(0);
    },
  );

  it('are its prompt where its client left an engine at work, and none where it left the queue', () => {
    const left = (recorder: Recorder): void => {
      recorder.errorCode = 'client_closed';
    };

    expect(used(left)).toBe(0);
    expect(
      used((recorder) => {
        attempt(recorder);
        left(recorder);
      }),
    ).toBe(100);
  });

  it('are none of a request that was never reckoned', () => {
    expect(usedTokens(aRecorder())).toBe(0);
  });
});
