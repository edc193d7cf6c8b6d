import type { JsonMember } from '../wire/json-members.ts';
import { findMember } from '../wire/json-members.ts';

/** A piece of a body that is replaced: bytes from `start` up to `end`, by `text`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The body with its splices done; the same bytes where there are none. Splices must not overlap. */
export function spliceBody(body: Buffer, splices: readonly Splice[]): Buffer {
  if (splices.length === 0) return body;
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { start, end, text } of splices.toSorted((one, other) => one.start - other.start)) {
    pieces.push(body.subarray(from, start), Buffer.from(text));
    from = end;
  }
  pieces.push(body.subarray(from));
  return Buffer.concat(pieces);
}

/** Gives a top-level member a value, written as JSON; adds the member in front where it is absent. */
export function setMember(
  body: Buffer,
  members: readonly JsonMember[],
  name: string,
  value: unknown,
): Splice {
  const json = JSON.stringify(value);
  const member = findMember(members, name);
  if (member !== undefined) return { start: member.valueStart, end: member.valueEnd, text: json };
  const inside = body.indexOf('{') + 1;
  const comma = members.length === 0 ? '' : ',';
  return { start: inside, end: inside, text: `${JSON.stringify(name)}:${json}${comma}` };
}

/** Gives the member of a name another name, where there is one. */
export function renameMember(members: readonly JsonMember[], name: string, to: string): Splice[] {
  const member = findMember(members, name);
  if (member === undefined) return [];
  const text = `${JSON.stringify(to)}:`;
  return [{ start: member.nameStart, end: member.valueStart, text }];
}

/** Takes the members of these names out, each with the comma that belongs to it. */
export function removeMembers(
  members: readonly JsonMember[],
  names: ReadonlySet<string>,
): Splice[] {
  // Those that nothing follows take the comma before them along.
  const lastKept = members.findLastIndex(({ name }) => !names.has(name));
  const splices = members.slice(0, lastKept + 1).flatMap((member, index) => {
    const next = members[index + 1];
    if (!names.has(member.name) || next === undefined) return [];
    return [{ start: member.nameStart, end: next.nameStart, text: '' }];
  });
  const first = members[lastKept + 1];
  const last = members.at(-1);
  if (first === undefined || last === undefined) return splices;
  const start = members[lastKept]?.valueEnd ?? first.nameStart;
  return [...splices, { start, end: last.valueEnd, text: '' }];
}
