import { describe, expect, it } from 'vitest';
import { serves } from '../../../../routing/policies/filters/serves.ts';
import { aCandidate, aReplica, aRequest } from '../../../support/builders.ts';

function keeps(model: string, ...models: string[]): boolean {
  return serves.keeps(aRequest({ model }), aCandidate({ replica: aReplica({ models }) }));
}

describe('serves', () => {
  it('keeps a replica that lists the model, alone or among adapters', () => {
    expect(keeps('llama', 'llama')).toBe(true);
    expect(keeps('legal-adapter', 'llama', 'legal-adapter')).toBe(true);
  });

  it('drops a replica of other models, of alike names or of none', () => {
    expect(keeps('llama', 'qwen')).toBe(false);
    expect(keeps('llama', 'llama-3', 'Llama')).toBe(false);
    expect(keeps('llama')).toBe(false);
  });
});
