import type { Candidate } from '../../replica.ts';
import type { RoutingRequest } from '../../request.ts';
import type { Picker } from '../policy.ts';

/** What requests that belong together have in common; `undefined` for one that belongs to nobody. */
export type AffinityKey = (request: RoutingRequest) => string | undefined;

/** The session, or else the first block of the prompt. */
export const sessionKey: AffinityKey = (request) => request.sessionKey ?? prefixKey(request);

/** The first block of the prompt, which all turns of a conversation and all users of a system prompt share. */
export const prefixKey: AffinityKey = ({ blockHashes: [first] }) => first?.toString();

/**
 * Sends all of one key to one replica, the one whose hash with the key is largest (rendezvous hashing,
 * Thaler and Ravishankar 1998): when a replica comes or goes, only its own keys move. Load is not looked
 * at. A request without a key goes as `withoutKey` picks.
 */
export function rendezvous(keyOf: AffinityKey, withoutKey: Picker): Picker {
  return {
    name: 'rendezvous',
    pick(request, candidates, seconds, everyone) {
      const key = keyOf(request);
      if (key === undefined) return withoutKey.pick(request, candidates, seconds, everyone);
      return heaviest(key, candidates);
    },
  };
}

function heaviest(key: string, candidates: readonly Candidate[]): number {
  let picked = 0;
  let most = -1;
  for (const [index, { replica }] of candidates.entries()) {
    const weight = hash(`${key} ${replica.id}`);
    if (weight <= most) continue;
    picked = index;
    most = weight;
  }
  return picked;
}

/** FNV-1a, then the finisher of MurmurHash3: names that differ in their last letter alone differ in every bit. */
function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x0100_0193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2_ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
