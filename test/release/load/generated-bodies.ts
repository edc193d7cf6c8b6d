import { upTo } from '../../support/chance.ts';

/** A body, and what it is. */
export interface GeneratedBody {
  readonly text: string;
  /** `unread` is JSON but for what stands within its strings, which is the engine's to judge where a string is long. */
  readonly is: 'json' | 'unread' | 'no-json';
}

/** Names, nesting and list lengths stay below the gateway's bounds: what is refused is no JSON. */
const DEPTH_MAX = 12;
const WIDTH_MAX = 8;

/** What is asked for, whatever comes behind it. */
const HEAD = '{"model":"nobody","prompt":"a",';

/** A request for a model that nobody has, with members of about so many bytes; every other one is spoilt somewhere. */
export function generatedBody(bytes: number, random: () => number): GeneratedBody {
  const members: string[] = [];
  for (let size = 0, number = 0; size < bytes && number < 500; number += 1) {
    // Two characters have to change before one name is another's.
    const member = `"${number}x${number}":${valueOf(bytes - size, random)}`;
    members.push(member);
    size += member.length;
  }
  const rest = `${members.join(',')}}`;
  const text = HEAD + (random() < 0.5 ? rest : spoilt(rest, random));
  return { text, is: kindOf(text) };
}

function valueOf(bytes: number, random: () => number): string {
  return random() < 0.7 ? `"${textOf(upTo(bytes, random), random)}"` : nested(DEPTH_MAX, random);
}

const PIECES = ['a', 'ü', '🍏', '\\n', '\\"', '\\\\', '\\u0041', '\\ud83c\\udf4f', ' ', '世界'];

function textOf(bytes: number, random: () => number): string {
  const piece = Array.from({ length: upTo(12, random) }, () => one(PIECES, random)).join('');
  return piece.repeat(Math.ceil(bytes / piece.length));
}

const ATOMS = ['0', '-0.0', '1e999', '18446744073709551616', 'true', 'null', '"a"', '[]', '{}'];

function nested(depth: number, random: () => number): string {
  if (depth === 0 || random() < 0.4) return one(ATOMS, random);
  const width = upTo(WIDTH_MAX, random) % 3;
  const values = Array.from({ length: width }, () => nested(depth - 1, random));
  return random() < 0.5
    ? `[${values.join(', ')}]`
    : `{${values.map((value, index) => `"n${index}" : ${value}`).join(',')}}`;
}

const CHARACTERS = ['"', '{', '}', '[', ']', ',', ':', '\\', '0', '\n', '\u0001', 'e', '-', '.'];

/** One character more, less or other. */
function spoilt(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const removed = random() < 0.6 ? 1 : 0;
  const added = random() < 0.6 ? one(CHARACTERS, random) : '';
  return text.slice(0, at) + added + text.slice(at + removed);
}

const STRINGS = /"(?:[^"\\]|\\[^])*"/g;

function kindOf(text: string): GeneratedBody['is'] {
  if (parses(text)) return 'json';
  return parses(text.replaceAll(STRINGS, '""')) ? 'unread' : 'no-json';
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function one<Value>(values: readonly Value[], random: () => number): Value {
  const value = values[upTo(values.length, random) - 1];
  if (value === undefined) throw new RangeError('there is one at least');
  return value;
}
