import { describe, expect, it } from 'vitest';
import {
  backendNames,
  findBackend,
  wireFormats,
} from '../../../../gateway/replay/wire-formats/catalog.ts';

describe('the backends', () => {
  it.each([
    ['0.2.14', 'sglang', '/v1/completions', 30_000],
    ['0.2.14', 'vllm', '/v1/completions', 8000],
    ['0.2.14', 'lmdeploy', '/v1/completions', 23_333],
    ['current', 'sglang', '/generate', 30_000],
    ['current', 'sglang-native', '/generate', 30_000],
    ['current', 'sglang-oai', '/v1/completions', 30_000],
    ['current', 'sglang-oai-chat', '/v1/chat/completions', 30_000],
    ['current', 'vllm', '/v1/completions', 8000],
    ['current', 'vllm-chat', '/v1/chat/completions', 8000],
    ['current', 'lmdeploy-chat', '/v1/chat/completions', 23_333],
  ] as const)('under %s ask %s on %s, port %i', (rules, name, path, port) => {
    const backend = findBackend(name, rules);

    expect(backend?.format.path).toBe(path);
    expect(backend?.port).toBe(port);
  });

  it('are few under the old rules', () => {
    expect(backendNames('0.2.14')).toEqual(['sglang', 'vllm', 'lmdeploy']);
    expect(findBackend('sglang-oai', '0.2.14')).toBeUndefined();
  });

  it('use every wire format', () => {
    const used = backendNames('current').map((name) => findBackend(name, 'current')?.format);

    expect(new Set(used)).toEqual(new Set(wireFormats));
  });
});
