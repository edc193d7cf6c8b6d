import { describe, expect, it } from 'vitest';
import { usedTokens } from '../../../gateway/pipeline/used-tokens.ts';
import type { Recorder } from '../../../telemetry/recorder.ts';
import { aRecorder } from '../../support/exchange.ts';

/** The record of a stream reckoned at 100 tokens of prompt and 19.5 of answer, to which `happen` has happened. */
function used(happen: (recorder: Recorder) => void): number {
  const recorder = aRecorder();
  recorder.streamed = true;
  recorder.promptTokensEstimate = 100;
  recorder.outputTokensEstimate = 19.5;
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

  const cutShort = ['client_closed', 'engine_timeout'];

  it.each(cutShort)('are none where %s came before an engine had it', (code) => {
    const tokens = used((recorder) => {
      recorder.streamed = false;
      recorder.errorCode = code;
    });

    expect(tokens).toBe(0);
  });

  it.each(cutShort)(
    'are the prompt where %s cut an engine short before its first token',
    (code) => {
      const tokens = used((recorder) => {
        attempt(recorder);
        recorder.errorCode = code;
      });

      expect(tokens).toBe(100);
    },
  );

  it.each(cutShort)('are the answer that was expected too where %s cut a whole one', (code) => {
    const tokens = used((recorder) => {
      attempt(recorder);
      recorder.streamed = false;
      recorder.errorCode = code;
    });

    expect(tokens).toBe(120);
  });

  it('are what the engine told of a whole answer, however long it was expected to be', () => {
    const tokens = used((recorder) => {
      attempt(recorder);
      recorder.streamed = false;
      recorder.usage({ prompt: 90, output: 7 });
    });

    expect(tokens).toBe(97);
  });

  it('are none of a request that was never reckoned', () => {
    expect(usedTokens(aRecorder())).toBe(0);
  });
});
