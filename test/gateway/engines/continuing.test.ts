import { describe, expect, it } from 'vitest';
import { can } from '../../../gateway/engines/continuing.ts';

describe('an engine', () => {
  it.each([
    ['vllm', '0.10.2', 'chat', true],
    ['vllm', '0.10.1.1', 'chat', false],
    ['vllm', '0.32.0', 'text_completion', true],
    ['vllm', undefined, 'chat', false],
    ['vllm', '0.32.0', 'embeddings', false],
    ['sglang', '0.5.23', 'text_completion', true],
    ['sglang', '0.5.22', 'text_completion', false],
    ['sglang', '0.5.23', 'chat', false],
    ['openai', '1.0.0', 'chat', false],
  ] as const)(
    '%s %s tells the ids of a stream of %s: %s',
    (engine, engineVersion, operation, does) => {
      expect(can('tell-token-ids', { engine, engineVersion }, operation)).toBe(does);
    },
  );

  it.each([
    ['vllm', '0.5.5', 'text_completion', true],
    ['sglang', undefined, 'text_completion', true],
    ['sglang', '0.2.14', 'chat', false],
    ['sglang', '0.5.23', 'chat', true],
    ['llama-cpp', undefined, 'chat', false],
  ] as const)(
    '%s %s goes on with the text of a %s: %s',
    (engine, engineVersion, operation, does) => {
      expect(can('continue-text', { engine, engineVersion }, operation)).toBe(does);
    },
  );
});
