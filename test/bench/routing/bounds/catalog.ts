import type {
  VirtualDispatcher,
  VirtualRooms,
} from '../../../../gateway/replay/virtual/virtual-fleet.ts';
import { KnowingRoom } from './knowing-room.ts';
import { leastWork, prefillSoonest, prefillSoonestInMemory } from './places.ts';

/** Schedulers that know what no gateway can: true lengths, true speeds, true loads. */
export type BoundName =
  | 'late-in-order'
  | 'late-short-first'
  | 'soonest-prefill'
  | 'shortest-work'
  | 'cache-knowing';

/** One prefill step of the engines. */
const STEP_TOKENS = 8192;

const inOrder = (): number => 0;

/** Builds one of them before the replicas of a run. */
export function makeBound(name: BoundName, rooms: VirtualRooms): VirtualDispatcher {
  switch (name) {
    case 'late-in-order':
      return new KnowingRoom(rooms, { rank: inOrder, ...late, cost: prefillSoonest });
    case 'late-short-first':
      return new KnowingRoom(rooms, {
        rank: ({ promptTokens, expectedOutputTokens }) => promptTokens + expectedOutputTokens,
        ...late,
        cost: prefillSoonest,
      });
    case 'soonest-prefill':
      return new KnowingRoom(rooms, { rank: inOrder, ...atOnce, cost: prefillSoonestInMemory });
    case 'shortest-work':
      return new KnowingRoom(rooms, { rank: inOrder, ...atOnce, cost: leastWork });
    case 'cache-knowing':
      return new KnowingRoom(rooms, {
        rank: inOrder,
        ...late,
        knowsCaches: true,
        cost: prefillSoonest,
      });
  }
}

const late = { prefillTokensMax: STEP_TOKENS, keepsKv: true, knowsCaches: false } as const;
const atOnce = { prefillTokensMax: Infinity, keepsKv: false, knowsCaches: false } as const;
