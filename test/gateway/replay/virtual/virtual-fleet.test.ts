import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../deploy/simulator/clock.ts';
import { findPreset } from '../../../../deploy/simulator/presets.ts';
import type { Preset } from '../../../../deploy/simulator/presets.ts';
import type { Place } from '../../../../gateway/pipeline/dispatcher.ts';
import {
  gatewayClock,
  startVirtualFleet,
} from '../../../../gateway/replay/virtual/virtual-fleet.ts';
import type { RoutingRequest } from '../../../../routing/request.ts';

const tp4 = findPreset('sglang-0.2.14-4xh100-tp4') as Preset;

const aRequest = (fields: Partial<RoutingRequest> = {}): RoutingRequest => ({
  requestId: '0',
  tenant: '',
  model: tp4.model,
  promptTokens: 4000,
  expectedOutputTokens: 1000,
  blockHashes: [],
  blockTokens: 0,
  priority: 0,
  deadlineMs: Infinity,
  excluded: new Set(),
  ...fields,
});

function grants(admission: 'late-binding' | 'pass-through', requests: number): Place[] {
  const options = { presets: [tp4, tp4], admission, policy: 'kv-aware', seed: 1 } as const;
  const { dispatcher } = startVirtualFleet(options, new VirtualClock());
  const places: Place[] = [];
  for (let sent = 0; sent < requests; sent += 1) {
    dispatcher.enter(aRequest(), {
      granted: (place) => places.push(place),
      refused: (error) => expect.unreachable(error.message),
    });
  }
  return places;
}

describe('a virtual fleet', () => {
  it('holds one replica a preset, each with its engine', () => {
    const options = {
      presets: [tp4, tp4],
      admission: 'pass-through',
      policy: 'round-robin',
      seed: 1,
    };
    const { replicas } = startVirtualFleet(options as never, new VirtualClock());

    expect([...replicas.keys()]).toEqual(['replica-0', 'replica-1']);
    expect(replicas.get('replica-1')?.load().capacityTokens).toBe(596_924);
  });

  it('hands every request on at once with the pass-through', () => {
    expect(grants('pass-through', 50)).toHaveLength(50);
  });

  it('holds requests back once both replicas have a prefill step out', () => {
    expect(grants('late-binding', 50)).toHaveLength(4);
  });

  it('spreads a burst over its replicas in equal shares', () => {
    const ids = grants('pass-through', 100).map(({ replica }) => replica.id);

    expect(ids.filter((id) => id === 'replica-0')).toHaveLength(50);
  });

  it('tells the router what the preset is', () => {
    const [place] = grants('pass-through', 1);

    expect(place?.replica).toMatchObject({
      engine: 'sglang',
      engineVersion: '0.2.14',
      contextTokensMax: 8192,
      kvCapacityTokens: 596_924,
    });
  });

  it('settles ties by its seed', () => {
    const first = (seed: number): string | undefined => {
      const options = { presets: [tp4, tp4], admission: 'pass-through', policy: 'kv-aware', seed };
      let id: string | undefined;
      const { dispatcher } = startVirtualFleet(options as never, new VirtualClock());
      dispatcher.enter(aRequest(), {
        granted: ({ replica }) => (id = replica.id),
        refused: (error) => expect.unreachable(error.message),
      });
      return id;
    };

    expect(first(1)).toBe(first(1));
    const seeds = Array.from({ length: 20 }, (_, seed) => first(seed));
    expect(new Set(seeds)).toEqual(new Set(['replica-0', 'replica-1']));
  });
});

describe('the gateway clock on virtual time', () => {
  it('tells virtual time and runs tasks at theirs, unless they were cancelled', () => {
    const virtual = new VirtualClock();
    const clock = gatewayClock(virtual);
    const ran: number[] = [];
    clock.after(50, () => ran.push(clock.nowMs()));
    const cancel = clock.after(60, () => ran.push(clock.nowMs()));
    cancel();
    virtual.run();

    expect(ran).toEqual([50]);
  });
});
