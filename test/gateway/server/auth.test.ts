import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { Authenticator } from '../../../gateway/server/auth.ts';

function keyOf(tenant: string, key: string) {
  return { tenant, sha256: createHash('sha256').update(key).digest('hex') };
}

const keys = [keyOf('team-a', 'secret-a'), keyOf('team-b', 'secret-b')];

describe('whose a request is', () => {
  it.each([undefined, 'Bearer None', 'Bearer x', 'Basic abc', ''])(
    'is anonymous without keys, whatever %j says',
    (authorization) => {
      expect(new Authenticator([]).tenantOf(authorization)).toBe('anonymous');
    },
  );

  it.each([
    ['Bearer secret-a', 'team-a'],
    ['bearer secret-b', 'team-b'],
    ['Bearer   secret-b ', 'team-b'],
  ])('is told by the key: %s', (authorization, tenant) => {
    expect(new Authenticator(keys).tenantOf(authorization)).toBe(tenant);
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic secret-a', 'secret-a', 'Bearer a b'])(
    'cannot be told without one bearer token: %j',
    (authorization) => {
      expect(() => new Authenticator(keys).tenantOf(authorization)).toThrow(
        expect.objectContaining({ code: 'unauthenticated', status: 401 }),
      );
    },
  );

  it.each(['Bearer secret-c', 'Bearer secret-', 'Bearer None', `Bearer ${keys[0]?.sha256}`])(
    'cannot be told by an unknown key, nor by the hash of a known one: %s',
    (authorization) => {
      expect(() => new Authenticator(keys).tenantOf(authorization)).toThrow(/not known/);
    },
  );
});
