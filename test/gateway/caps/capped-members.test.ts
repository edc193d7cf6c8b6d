import { describe, expect, it } from 'vitest';

import { cappedMembers, mediaMembers } from '../../../gateway/caps/capped-members.ts';

describe('the capped members', () => {
  it('hold a member for every cap', () => {
    const caps = [...cappedMembers.values()].map((rule) =>
      rule.kind === 'media' ? 'mediaHosts' : rule.cap,
    );

    expect([...new Set(caps)].toSorted()).toEqual([
      'choicesMax',
      'grammarBytesMax',
      'logprobsMax',
      'mediaHosts',
      'outputTokensMax',
      'stopsMax',
      'tokenListMax',
    ]);
  });

  it('are told apart from those that messages hold', () => {
    expect([...mediaMembers].filter((name) => cappedMembers.has(name))).toEqual([]);
  });
});
