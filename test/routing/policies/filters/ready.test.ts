import { describe, expect, it } from 'vitest';
import { ready } from '../../../../routing/policies/filters/ready.ts';
import { aCandidate, aRequest } from '../../../support/builders.ts';

describe('ready', () => {
  it.each([
    { state: 'ready', kept: true },
    { state: 'starting', kept: false },
    { state: 'draining', kept: false },
    { state: 'ejected', kept: false },
    { state: 'suspended', kept: false },
    { state: 'half-open', kept: true },
    { state: 'probing', kept: false },
  ] as const)('keeps a replica that is $state: $kept', ({ state, kept }) => {
    expect(ready.keeps(aRequest(), aCandidate({ state }))).toBe(kept);
  });
});
