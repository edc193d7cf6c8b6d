import { expect, it } from 'vitest';
import { configSchema } from '../../../gateway/config/schema.ts';
import { ANONYMOUS_TENANT } from '../../../gateway/generation/tenant.ts';
import { Authenticator } from '../../../gateway/server/auth.ts';

it('everybody is one tenant where there are no keys, and settings can describe it', () => {
  const { tenants } = configSchema.parse({ tenants: [{ name: ANONYMOUS_TENANT }] });

  expect(tenants).toEqual([{ name: 'anonymous', weight: 1, priority: 0 }]);
  expect(new Authenticator([]).tenantOf(undefined)).toBe(ANONYMOUS_TENANT);
});
