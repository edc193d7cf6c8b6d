import { describe, expect, it } from 'vitest';

import { readConfig } from '../../gateway/config.ts';
import { hashKey } from '../../gateway/server/key-check.ts';
import type { Rooms } from '../../gateway/terms.ts';
import { termsOf } from '../../gateway/terms.ts';
import { Fleet } from '../../routing/fleet.ts';

const rooms = { fleet: new Fleet(), clock: { nowMs: () => 0 }, startedAt: 1 } as unknown as Rooms;

function of(tree: object): ReturnType<typeof termsOf> {
  const config = readConfig({
    file: { name: 'test', text: JSON.stringify(tree) },
    environment: {},
  });
  return termsOf(rooms, config);
}

describe('the terms of a configuration', () => {
  it('say who may come, as whom, with what, and for how long', () => {
    const { receive, adminKey } = of({
      keys: [{ sha256: hashKey('a').toString('hex'), tenant: 'red' }],
      tenants: [{ name: 'red', weight: 3, priority: 2 }],
      admin: { keySha256: hashKey('b').toString('hex') },
      limits: { bodyBytesMax: 2_048, choicesMax: 3 },
      timeouts: { firstByteMs: 7, totalMs: 8 },
      models: { aliases: { small: 'org/small' } },
    });

    expect(receive.authenticator.tenantOf('Bearer a')).toBe('red');
    expect(receive.tenants.of('red')).toMatchObject({ weight: 3, priority: 2 });
    expect(receive).toMatchObject({ bodyBytesMax: 2_048, totalMsMax: 8, caps: { choicesMax: 3 } });
    expect(receive.pipeline.firstByteMs).toBe(7);
    expect(receive.pipeline.names.resolve('small', undefined)).toBe('org/small');
    expect(adminKey.accepts('Bearer b')).toBe(true);
    expect(adminKey.accepts('Bearer a')).toBe(false);
  });

  it('of another configuration leave those before as they were', () => {
    const before = of({ limits: { bodyBytesMax: 2_048 } });
    const after = of({ limits: { bodyBytesMax: 4_096 } });

    expect([before, after].map(({ receive }) => receive.bodyBytesMax)).toEqual([2_048, 4_096]);
    expect(before.receive.pipeline).not.toBe(after.receive.pipeline);
  });
});
