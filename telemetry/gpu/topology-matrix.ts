import { parseCpuList } from './cpu-list-text.ts';
import { withoutStyle } from './nvidia-smi.ts';

/** One GPU's row of `nvidia-smi topo -m`. */
export interface TopologyRow {
  readonly index: number;
  /** What stands between it and each other GPU, by index: `NV18`, `PIX`, `PXB`, `PHB`, `NODE`, `SYS`. */
  readonly links: ReadonlyMap<number, string>;
  /** The same for network cards, by name. */
  readonly nicLinks: ReadonlyMap<string, string>;
  /** Absent where the driver tells none, as in many containers. */
  readonly cpus?: readonly number[];
  readonly numaNode?: number;
}

/**
 * Reads `nvidia-smi topo -m`, raw or as people paste it, of any driver; `undefined` where there is no matrix in it.
 * A matrix that is cut off gives the rows that are whole.
 */
export function parseTopology(text: string): readonly TopologyRow[] | undefined {
  const lines = withoutStyle(text).split(/\r?\n/u);
  const headerAt = lines.findIndex((line) => /^\s*GPU\d+\s/u.test(line) && !line.includes(' X '));
  if (headerAt === -1) return undefined;
  const header = headerOf(lines[headerAt] ?? '', nicNames(lines));
  return lines.slice(headerAt + 1).flatMap((line) => rowOf(line, header) ?? []);
}

/** Whether a link is NVLink. */
export function isNvlink(link: string): boolean {
  return /^NV\d+$/u.test(link);
}

interface Header {
  /** An index for a GPU, a name for a network card. */
  readonly columns: readonly (number | string)[];
  /** How many columns follow the matrix. */
  readonly affinities: number;
}

const NO_NUMA = ['CPU Affinity'];
const AFFINITIES = [...NO_NUMA, 'NUMA Affinity', 'GPU NUMA ID'];

function headerOf(line: string, nics: ReadonlyMap<string, string>): Header {
  const cells = line.match(/\b(?:GPU\d+|NIC\d+|mlx5_\S+)/gu) ?? [];
  return {
    columns: cells.map((cell) =>
      cell.startsWith('GPU') ? Number(cell.slice(3)) : (nics.get(cell) ?? cell),
    ),
    affinities: AFFINITIES.filter((name) => line.includes(name)).length,
  };
}

/** Newer drivers number the cards, and name them in a legend below. */
function nicNames(lines: readonly string[]): ReadonlyMap<string, string> {
  const named = lines.map((line) => /^\s*(NIC\d+):\s+(\S+)/u.exec(line));
  return new Map(named.flatMap((match) => (match?.[1] && match[2] ? [[match[1], match[2]]] : [])));
}

function rowOf(line: string, { columns, affinities }: Header): TopologyRow | undefined {
  const words = line.trim().split(/\s+/u);
  const index = /^GPU(\d+)$/u.exec(words[0] ?? '')?.[1];
  const cells = words.slice(1, columns.length + 1);
  if (index === undefined || cells.length < columns.length) return undefined;
  const links = new Map<number, string>();
  const nicLinks = new Map<string, string>();
  for (const [place, column] of columns.entries()) {
    const cell = cells[place] ?? '';
    if (cell === 'X') continue;
    if (typeof column === 'number') links.set(column, cell);
    else nicLinks.set(column, cell);
  }
  const tail = line.includes('\t')
    ? tabbedTail(line, columns.length)
    : spacedTail(words.slice(columns.length + 1), affinities);
  return { index: Number(index), links, nicLinks, ...tail };
}

type Tail = Pick<TopologyRow, 'cpus' | 'numaNode'>;

/** In raw output both values keep their places, empty or not; what follows has one tab too many. */
function tabbedTail(line: string, columns: number): Tail {
  const [cpus = '', node = ''] = line.split('\t').slice(columns + 1);
  return affinity(cpus, node);
}

/**
 * A paste has lost its empty values. Where some are missing, a list of CPUs is known by its dashes or commas, and a
 * single number could be either.
 */
function spacedTail(words: readonly string[], affinities: number): Tail {
  const [first = '', second = ''] = words;
  if (words.length >= affinities) return affinity(first, affinities > 1 ? second : '');
  return affinity(/[-,]/u.test(first) ? first : '', '');
}

function affinity(cpuText: string, nodeText: string): Tail {
  const cpus = parseCpuList(cpuText.trim());
  const node = nodeText.trim();
  return {
    ...(cpus.length > 0 && { cpus }),
    // Several nodes, as old drivers write them, are none to pin to.
    ...(/^\d+$/u.test(node) && { numaNode: Number(node) }),
  };
}
