import { GatewayError } from '../generation/error.ts';
import type { PromptSize } from '../generation/request.ts';
import type { JsonMember } from '../wire/json-members.ts';
import { eachElement, findMember, JsonSyntaxError, scanMembers } from '../wire/json-members.ts';
import { skipSpace } from '../wire/json-tokens.ts';

/** Longest member that is decoded; what is longer (prompts, images) is measured and passed on unread. */
const DECODED_BYTES_MAX = 64 * 1024;

/** Typed reads of a request body's top-level members. Wrong types are refused by the member's name. */
export class RequestMembers {
  readonly body: Buffer;
  readonly all: readonly JsonMember[];

  /** Throws a `GatewayError` that says where the body stops being a JSON object. */
  constructor(body: Buffer) {
    this.body = body;
    try {
      this.all = scanMembers(body);
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      const message = noObject(body) ?? describePlace(body, error);
      throw new GatewayError('invalid_request', message, { cause: error });
    }
  }

  /** The member's place, or `undefined` where it is absent or `null`. */
  find(name: string): JsonMember | undefined {
    const member = findMember(this.all, name);
    if (member === undefined || this.#textOf(member) === 'null') return undefined;
    return member;
  }

  string(name: string): string | undefined {
    return this.#read(name, 'a string', (value) => typeof value === 'string');
  }

  boolean(name: string): boolean | undefined {
    return this.#read(name, 'true or false', (value) => typeof value === 'boolean');
  }

  /** An integer of at least `min`. */
  integer(name: string, min: number): number | undefined {
    return this.#read(name, `an integer of ${min} or more`, (value) => isIntegerFrom(value, min));
  }

  /** A count that is only estimated from; what else stands there is the engine's to judge, and `undefined` here. */
  count(name: string): number | undefined {
    const value = this.#decoded(name);
    return isIntegerFrom(value, 0) ? (value as number) : undefined;
  }

  /** Whether a switch that is only estimated from is on; what else stands there is the engine's to judge. */
  isOn(name: string): boolean {
    return this.#decoded(name) === true;
  }

  /** A small object, decoded; its values are the caller's to check. */
  object(name: string): Readonly<Record<string, unknown>> | undefined {
    return this.#read(name, 'an object', isObject);
  }

  /** Throws unless the member is there and not `null`. */
  require(name: string): JsonMember {
    const member = this.find(name);
    if (member !== undefined) return member;
    throw new GatewayError('invalid_request', `'${name}' is missing`, { param: name });
  }

  /** Throws unless the member is a list; what is in it, if anything, is the engine's to judge. */
  requireList(name: string): JsonMember {
    const member = this.require(name);
    if (this.body[member.valueStart] === OPEN_BRACKET) return member;
    throw new GatewayError('invalid_request', `'${name}' must be a list`, { param: name });
  }

  #read<Value>(name: string, wanted: string, fits: (value: unknown) => boolean): Value | undefined {
    const member = this.find(name);
    if (member === undefined) return undefined;
    const value = this.#decoded(name);
    if (fits(value)) return value as Value;
    const found = value === undefined ? 'something longer' : kindOf(value);
    throw new GatewayError('invalid_request', `'${name}' must be ${wanted}, not ${found}`, {
      param: name,
    });
  }

  #decoded(name: string): unknown {
    const member = this.find(name);
    const text = member === undefined ? undefined : this.#textOf(member);
    return text === undefined ? undefined : decodeMember(text, name);
  }

  #textOf(member: JsonMember): string | undefined {
    if (member.valueEnd - member.valueStart > DECODED_BYTES_MAX) return undefined;
    return this.body.toString('utf8', member.valueStart, member.valueEnd);
  }
}

/** Long strings are not checked when they are scanned: what is wrong far inside shows here. */
function decodeMember(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new GatewayError('invalid_request', `'${name}' is not valid JSON`, {
      param: name,
      cause,
    });
  }
}

/** What a value is, without its words: those may be a prompt's, and messages end up in logs. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'a text';
  if (Array.isArray(value)) return 'a list';
  return isObject(value) ? 'an object' : JSON.stringify(value);
}

function isIntegerFrom(value: unknown, min: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of what does not even begin as an object no place is at fault. */
function noObject(body: Buffer): string | undefined {
  const first = body[skipSpace(body, 0)];
  if (first === undefined) return 'The body is empty: it has to be a JSON object';
  return first === OPEN_BRACE ? undefined : 'The body has to be a JSON object';
}

function describePlace(body: Buffer, { offset, message }: JsonSyntaxError): string {
  let line = 1;
  let lineStart = 0;
  // Byte by byte: a body of nothing but line feeds would need a search for each of them.
  for (let at = 0; at < offset; at += 1) {
    if (body[at] !== LINE_FEED) continue;
    line += 1;
    lineStart = at + 1;
  }
  const column = 1 + body.toString('utf8', lineStart, offset).length;
  return `The body is not valid JSON at byte ${offset} (line ${line}, column ${column}): ${message}`;
}

const LINE_FEED = 0x0a;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;

/** The prompts that a `prompt` or `input_ids` member holds, and their size. */
export interface PromptMember extends PromptSize {
  readonly count: number;
}

/** Measures a prompt: a text, a list of texts, a list of token ids, or a list of such lists. */
export function measurePrompt(body: Buffer, member: JsonMember): PromptMember {
  const textBytes = member.valueEnd - member.valueStart;
  if (body[member.valueStart] !== OPEN_BRACKET) return { count: 1, tokens: undefined, textBytes };
  const first = firstByteInside(body, member.valueStart);
  if (first === QUOTE) return { count: countTexts(body, member), tokens: undefined, textBytes };
  return { ...countIds(body, member, first === OPEN_BRACKET), textBytes };
}

function firstByteInside(body: Buffer, open: number): number | undefined {
  let at = open + 1;
  while ((body[at] ?? 0xff) <= 0x20) at += 1;
  return body[at];
}

function countTexts(body: Buffer, member: JsonMember): number {
  let texts = 0;
  eachElement(body, member, () => (texts += 1));
  return texts;
}

function countIds(
  body: Buffer,
  member: JsonMember,
  nested: boolean,
): { count: number; tokens: number } {
  let lists = 0;
  let commas = 0;
  let emptyLists = 0;
  let outerCommas = 0;
  let depth = 0;
  for (let at = member.valueStart; at < member.valueEnd; at += 1) {
    const byte = body[at];
    if (byte === OPEN_BRACKET) {
      depth += 1;
      lists += 1;
      if (firstByteInside(body, at) === CLOSE_BRACKET) emptyLists += 1;
    } else if (byte === CLOSE_BRACKET) depth -= 1;
    else if (byte === COMMA) {
      commas += 1;
      if (depth === 1) outerCommas += 1;
    }
  }
  if (!nested) return { count: 1, tokens: commas + lists - emptyLists };
  return { count: outerCommas + 1, tokens: commas - outerCommas + (lists - 1) - emptyLists };
}

/** Bytes of a chat's text: the `messages` member without the images and sounds inlined in it. */
export function measureMessages(body: Buffer, member: JsonMember): number {
  let bytes = member.valueEnd - member.valueStart;
  let marker = body.indexOf(';base64,', member.valueStart);
  while (marker !== -1 && marker < member.valueEnd) {
    const end = body.indexOf(QUOTE, marker);
    bytes -= end - marker;
    marker = body.indexOf(';base64,', end);
  }
  return bytes;
}
