import { describe, expect, it } from 'vitest';
import { Tenants } from '../../../gateway/server/tenants.ts';

const premium = { name: 'premium', weight: 4, priority: 5 };

describe('a tenant', () => {
  it('is given what is said of it', () => {
    expect(new Tenants([premium]).of('premium')).toEqual(premium);
  });

  it('of whom nothing is said is given what all others are', () => {
    expect(new Tenants([premium]).of('somebody')).toEqual({
      name: 'somebody',
      weight: 1,
      priority: 0,
    });
  });
});
