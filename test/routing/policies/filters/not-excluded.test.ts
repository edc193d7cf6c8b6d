import { describe, expect, it } from 'vitest';
import { notExcluded } from '../../../../routing/policies/filters/not-excluded.ts';
import { aCandidate, aReplica, aRequest } from '../../../support/builders.ts';

describe('not-excluded', () => {
  it('drops the replicas that a request has failed on, and no others', () => {
    const request = aRequest({ excluded: new Set(['a', 'b']) });
    const keeps = (id: string) =>
      notExcluded.keeps(request, aCandidate({ replica: aReplica({ id }) }));

    expect(['a', 'b', 'c'].map(keeps)).toEqual([false, false, true]);
  });
});
