import { describe, expect, it } from 'vitest';

import { missingFacts } from '../../../gateway/discovery/missing-facts.ts';
import { presence } from '../../../gateway/discovery/presence.ts';
import { aReplica } from '../../support/builders.ts';

describe('what an engine does not tell', () => {
  const mute = aReplica({ kvCapacityTokens: undefined });

  it('is nothing where it tells capacity and load', () => {
    expect(missingFacts(aReplica(), { loadSource: presence })).toBeUndefined();
  });

  it('is named with what helps, in one line', () => {
    expect(missingFacts(mute, { loadSource: presence })).toMatch(
      /^no KV capacity: .*--kv-capacity/,
    );
    expect(missingFacts(aReplica(), { loadSource: undefined })).toMatch(/^no load: /);
    expect(missingFacts(mute, { loadSource: undefined })).toMatch(/^no KV .*; no load: /);
  });
});
