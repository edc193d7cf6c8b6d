import { describe, expect, it } from 'vitest';

import { UNSET } from '../../../gateway/config/environment.ts';
import { configSchema } from '../../../gateway/config/schema.ts';
import { soundParts } from '../../../gateway/config/sound-parts.ts';

describe('the sound parts of a configuration', () => {
  it('are those of the whole where nothing is wrong', () => {
    const tree = { listen: { port: 1 }, replicas: [{ url: 'http://a:1' }] };
    const { listen, admin, models, launch, replicas, keys, tenants } = configSchema.parse(tree);
    expect(soundParts(tree)).toEqual({ listen, admin, models, launch, replicas, keys, tenants });
  });

  it('lack what is wrong and nothing beside it, each item in its place', () => {
    const parts = soundParts({
      listen: { port: -1 },
      admin: { port: 1 },
      zzz: 1,
      replicas: [{ url: 'http://a:1' }, { url: 'x' }, { url: 'http://b:1' }],
    });
    expect(parts.listen).toBeUndefined();
    expect(parts.admin?.port).toBe(1);
    expect(parts.replicas?.map((replica) => replica?.id)).toEqual(['a:1', undefined, 'b:1']);
  });

  it('know a replica by its address where a variable of it is not set', () => {
    const { replicas, listen } = soundParts({
      listen: { host: UNSET },
      replicas: [{ url: 'http://a:1', apiKey: UNSET }, { url: UNSET }],
    });
    expect(replicas?.map((replica) => replica?.url)).toEqual(['http://a:1', undefined]);
    expect(listen).toBeUndefined();
  });

  it('know a replica by its address and its name, whatever else of it is wrong', () => {
    const { replicas } = soundParts({
      replicas: [
        { url: 'http://a:1', id: 'a', numaNode: -1 },
        { url: 'http://b:1', zzz: 1 },
        { id: 'c' },
      ],
    });
    expect(replicas?.map((replica) => replica?.id)).toEqual(['a', 'b:1', undefined]);
  });

  it('lack a list that is far too long, whose items nobody has time for', () => {
    const keys = (count: number): unknown => Array.from({ length: count }, () => null);

    expect(soundParts({ keys: keys(10_000) }).keys).toHaveLength(10_000);
    expect(soundParts({ keys: keys(10_001) }).keys).toBeUndefined();
  });

  it('lack lists that are none', () => {
    expect(soundParts({ replicas: 'x', keys: { a: 1 } })).toMatchObject({
      replicas: undefined,
      keys: undefined,
    });
    for (const tree of [[], 'x', null]) expect(soundParts(tree).replicas).toEqual([]);
  });
});
