import { GatewayError } from '../generation/error.ts';
import type { GenerateRequest } from '../generation/request.ts';
import type { JsonMember, JsonRange } from '../wire/json-members.ts';
import { eachElement, findAnywhere, JsonSyntaxError, scanMembers } from '../wire/json-members.ts';
import type { CapRule } from './capped-members.ts';
import { cappedMembers, mediaMembers, SAMPLING_PARAMS } from './capped-members.ts';
import { isMediaAllowed } from './media-source.ts';
import type { RequestCaps } from './request-caps.ts';
import { toolGrammarBytes } from './tool-schemas.ts';

/** Prompts of one request: OpenAI takes as many. Each is a request of its own to the engine. */
export const PROMPTS_MAX = 2_048;

/** Throws `invalid_request` on a request that asks an engine for more than the caps let it. */
export function checkCaps(request: GenerateRequest, caps: RequestCaps): void {
  const { body, members, prompts } = request;
  if (prompts > PROMPTS_MAX) {
    throw refusal('prompt', `may hold ${PROMPTS_MAX} prompts at most, not ${prompts}`);
  }
  try {
    checkMembers(body, members, caps, '');
    checkTools(body, members, caps.grammarBytesMax);
    for (const member of fetchedMedia(body)) checkMedia(body, member, caps, member.name);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    // The scan of the whole looks for names that stand twice at the top alone.
    const message = `An object in the body holds ${error.message}.`;
    throw new GatewayError('invalid_request', message, { cause: error });
  }
}

function checkMembers(
  body: Buffer,
  members: readonly JsonMember[],
  caps: RequestCaps,
  prefix: string,
): void {
  for (const member of members) {
    if (prefix === '' && member.name === SAMPLING_PARAMS) checkSampling(body, member, caps);
    const rule = cappedMembers.get(member.name);
    if (rule === undefined || isNull(body, member)) continue;
    checkMember(body, member, { rule, caps, param: prefix + member.name });
  }
}

/** A batch may bring one object for each of its prompts. */
function checkSampling(body: Buffer, range: JsonRange, caps: RequestCaps): void {
  const first = body[range.valueStart];
  if (first === OPEN_BRACKET) {
    return eachElement(body, range, (element) => checkSampling(body, element, caps));
  }
  if (first !== OPEN_BRACE) return;
  const params = body.subarray(range.valueStart, range.valueEnd);
  checkMembers(params, scanMembers(params), caps, `${SAMPLING_PARAMS}.`);
}

interface Capped {
  readonly rule: CapRule;
  readonly caps: RequestCaps;
  readonly param: string;
}

function checkMember(body: Buffer, range: JsonRange, { rule, caps, param }: Capped): void {
  switch (rule.kind) {
    case 'count':
      return checkCount(body, range, { rule, max: caps[rule.cap], param });
    case 'entries':
      return checkEntries(body, range, { rule, max: caps[rule.cap], param });
    case 'bytes':
      return checkBytes(range, { rule, max: caps[rule.cap], param });
    case 'media':
      return checkMedia(body, range, caps, param);
  }
}

interface Bounded<Kind extends CapRule['kind']> {
  readonly rule: Extract<CapRule, { readonly kind: Kind }>;
  readonly max: number;
  readonly param: string;
}

function checkCount(body: Buffer, range: JsonRange, bounded: Bounded<'count'>): void {
  const { rule, max, param } = bounded;
  const first = body[range.valueStart];
  if (rule.orList === true && first === OPEN_BRACKET) {
    return eachElement(body, range, (element) => checkCount(body, element, bounded));
  }
  if (rule.orSwitch === true && (first === LETTER_T || first === LETTER_F)) return;
  const count = numberAt(body, range);
  if (Number.isInteger(count) && count >= rule.min && count <= max) return;
  throw refusal(param, `must be a whole number from ${rule.min} to ${max}${setBy(rule.cap)}`);
}

/** `NaN` where no number stands. */
function numberAt(body: Buffer, { valueStart, valueEnd }: JsonRange): number {
  const first = body[valueStart] ?? 0;
  const isNumber = first === MINUS || (first >= DIGIT_0 && first <= DIGIT_9);
  return isNumber ? Number(body.toString('latin1', valueStart, valueEnd)) : Number.NaN;
}

function checkEntries(body: Buffer, range: JsonRange, bounded: Bounded<'entries'>): void {
  const { rule, max, param } = bounded;
  const entries = countEntries(body, range, rule.of);
  if (entries !== undefined && entries <= max) return;
  const shape = rule.of === 'texts' ? 'a text or a list' : 'a list or an object';
  throw refusal(param, `must be ${shape} of ${max} entries at most${setBy(rule.cap)}`);
}

/** `undefined` for what has no entries. */
function countEntries(body: Buffer, range: JsonRange, of: 'texts' | 'tokens'): number | undefined {
  const { valueStart, valueEnd } = range;
  switch (body[valueStart]) {
    case QUOTE:
      return of === 'texts' ? 1 : undefined;
    case OPEN_BRACE:
      return of === 'tokens' ? scanMembers(body.subarray(valueStart, valueEnd)).length : undefined;
    case OPEN_BRACKET: {
      let entries = 0;
      eachElement(body, range, () => (entries += 1));
      return entries;
    }
    default:
      return undefined;
  }
}

function checkBytes(
  { valueStart, valueEnd }: JsonRange,
  { rule, max, param }: Bounded<'bytes'>,
): void {
  if (valueEnd - valueStart <= max) return;
  throw refusal(param, `may be ${max} bytes of JSON at most${setBy(rule.cap)}`);
}

/** What a call has to look like is a grammar to an engine, like any schema of the answer. */
function checkTools(body: Buffer, members: readonly JsonMember[], max: number): void {
  if (toolGrammarBytes(body, members) <= max) return;
  throw refusal(
    'tools',
    `may hold schemas of ${max} bytes of JSON at most${setBy('grammarBytesMax')}`,
  );
}

function checkMedia(body: Buffer, range: JsonRange, caps: RequestCaps, param: string): void {
  if (isMediaAllowed(body, range, caps.mediaHosts)) return;
  const remedy = 'send the data itself, as data:…;base64,…, or have the host listed there';
  throw refusal(
    param,
    `names a host that engines may not fetch from (limits.mediaHosts): ${remedy}`,
  );
}

/** Most requests have neither of the two texts, and are not walked through a second time. */
function fetchedMedia(body: Buffer): readonly JsonMember[] {
  const mayFetch = body.includes('_url"') || body.includes('\\u');
  return mayFetch ? findAnywhere(body, mediaMembers) : [];
}

function isNull(body: Buffer, { valueStart }: JsonRange): boolean {
  return body[valueStart] === LETTER_N;
}

function setBy(cap: string): string {
  return ` (limits.${cap})`;
}

function refusal(param: string, what: string): GatewayError {
  return new GatewayError('invalid_request', `'${param}' ${what}.`, { param });
}

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
