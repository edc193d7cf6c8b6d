import { withoutStyle } from './nvidia-smi.ts';

/** What a matrix says of two GPUs that can read each other, or of which it knows nothing. */
const NO_REFUSAL = ['OK', 'X', 'U'];

/**
 * Reads `nvidia-smi topo -p2p r`: for each GPU the indices of those whose memory it cannot read. Empty where there is
 * no matrix.
 */
export function parsePeerMatrix(text: string): ReadonlyMap<number, readonly number[]> {
  const lines = withoutStyle(text).split(/\r?\n/u).map(wordsOf);
  const headerAt = lines.findIndex((words) => words.length > 0 && words.every(isGpu));
  const columns = (lines[headerAt] ?? []).map(indexOf);
  const refused = new Map<number, readonly number[]>();
  for (const [first = '', ...cells] of lines.slice(headerAt + 1)) {
    if (!isGpu(first) || cells.length !== columns.length) continue;
    refused.set(
      indexOf(first),
      columns.filter((_, place) => !NO_REFUSAL.includes(cells[place] ?? '')),
    );
  }
  return refused;
}

function wordsOf(line: string): readonly string[] {
  return line.split(/\s+/u).filter((word) => word !== '');
}

function isGpu(word: string): boolean {
  return /^GPU\d+$/u.test(word);
}

function indexOf(word: string): number {
  return Number(word.slice('GPU'.length));
}
