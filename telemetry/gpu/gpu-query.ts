import type { AskSmi } from './nvidia-smi.ts';

/** One GPU's row of a query: what it said of each field that was asked; blanks are absent. */
export type GpuRow = ReadonlyMap<string, string>;

/** Every row that came, and what else was said. */
export interface GpuRows {
  readonly rows: readonly GpuRow[];
  /** Lines that are no row, such as that of a GPU off the bus. */
  readonly complaints: readonly string[];
  /** Why there may be fewer rows than GPUs; absent where all went well. */
  readonly problem?: string;
}

/**
 * The wanted fields that this driver knows, by their wanted names; an unknown one would fail the whole query. All of
 * them where the driver does not tell.
 */
export async function knownFields(
  ask: AskSmi,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const { text } = await ask(['--help-query-gpu']);
  const offered = fieldsIn(text);
  return offered.size === 0 ? wanted : wanted.filter((field) => offered.has(field));
}

/** Asks every GPU for these fields. */
export async function queryGpus(ask: AskSmi, fields: readonly string[]): Promise<GpuRows> {
  const answer = await ask([`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits']);
  const rows = parseGpuRows(answer.text, fields);
  return answer.problem === undefined ? rows : { ...rows, problem: answer.problem };
}

/** Reads the rows of a query for these fields, with units or without. */
export function parseGpuRows(text: string, fields: readonly string[]): GpuRows {
  const rows: GpuRow[] = [];
  const complaints: string[] = [];
  for (const line of text.split(/\r?\n/u)) {
    if (line.trim() === '') continue;
    const cells = line.split(', ').map((cell) => cell.trim());
    if (cells.length !== fields.length) complaints.push(line.trim());
    else rows.push(new Map(fields.flatMap((field, at) => filled(field, cells[at] ?? ''))));
  }
  return { rows, complaints };
}

/** The number at the start of a value, its unit left off; absent for what is no number. */
export function numberIn(row: GpuRow, field: string): number | undefined {
  const value = Number.parseFloat(row.get(field) ?? '');
  return Number.isNaN(value) ? undefined : value;
}

/** Each field stands on a line of its own, in quotes, with its older name after it. */
function fieldsIn(help: string): ReadonlySet<string> {
  const lines = help.split('\n').filter((line) => line.startsWith('"'));
  return new Set(
    lines.flatMap((line) => [...line.matchAll(/"([\w.]+)"/gu)].map(([, name = '']) => name)),
  );
}

/** What a driver writes for a value that it does not have. */
const BLANK = /^(?:N\/A|\[.*\]|)$/u;

/** A value that is a fault of the GPU itself, such as `[GPU requires reset]`, is kept. */
const FAULT = /^\[(?:Unknown Error|GPU .*)\]$/iu;

function filled(field: string, value: string): readonly [string, string][] {
  return BLANK.test(value) && !FAULT.test(value) ? [] : [[field, value]];
}

/** Whether a value says that the GPU itself is at fault, and how, in words that end a sentence. */
export function faultIn(row: GpuRow): string | undefined {
  const value = [...row.values()].find((each) => FAULT.test(each));
  return value?.slice(1, -1);
}
