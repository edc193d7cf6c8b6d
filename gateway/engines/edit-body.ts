import type { GenerateRequest } from '../generation/request.ts';
import { findMember } from '../wire/json-members.ts';
import type { BodyEdit } from './body-edits.ts';
import type { Splice } from './body-splice.ts';
import { removeMembers, renameMember, setMember, spliceBody } from './body-splice.ts';

/**
 * The client's body with an engine's edits spliced in, and `model` in place of the client's name for it
 * where that differs. The same bytes where nothing has to change.
 */
export function editBody(
  request: GenerateRequest,
  edits: readonly BodyEdit[],
  model: string | undefined,
): Buffer {
  const splices = edits.flatMap((edit) => splicesFor(edit, request));
  if (model !== undefined) splices.push(setMember(request.body, request.members, 'model', model));
  return spliceBody(request.body, splices);
}

function splicesFor(edit: BodyEdit, request: GenerateRequest): Splice[] {
  switch (edit.kind) {
    case 'rename-member':
      return renameMember(request.members, edit.name, edit.to);
    case 'set-member':
      return [setMember(request.body, request.members, edit.name, edit.value)];
    case 'remove-members':
      return removeMembers(request.members, new Set(edit.names));
    case 'ask-for-usage':
      return askForUsage(request, edit.extra);
  }
}

/**
 * What the client set of the stream options stays, save that usage comes; where the gateway alone wants it, in
 * an event of its own, which is not the client's.
 */
function askForUsage(request: GenerateRequest, extra: Readonly<Record<string, boolean>>): Splice[] {
  const asked = streamOptionsOf(request);
  const options: Record<string, unknown> = { ...extra, ...asked, include_usage: true };
  if (!request.wantsUsage && CONTINUOUS in asked) options[CONTINUOUS] = false;
  const isAsked = Object.keys(options).every((name) => asked[name] === options[name]);
  return isAsked ? [] : [setMember(request.body, request.members, 'stream_options', options)];
}

/** Counts on every event, which an engine sends only to those who want counts at all. */
const CONTINUOUS = 'continuous_usage_stats';

/** Small, and refused by the dialect where it is no object. */
function streamOptionsOf({ body, members }: GenerateRequest): Readonly<Record<string, unknown>> {
  const member = findMember(members, 'stream_options');
  if (member === undefined) return {};
  const value: unknown = JSON.parse(body.toString('utf8', member.valueStart, member.valueEnd));
  return (value ?? {}) as Readonly<Record<string, unknown>>;
}
