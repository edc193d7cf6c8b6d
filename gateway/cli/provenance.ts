import { availableParallelism, cpus, release, type } from 'node:os';

import type { Provenance } from '../replay/report/html/provenance.ts';

/** Where a report comes from that is made by the command line of `argv`, the words after the program. */
export function provenanceOf(argv: readonly string[]): Provenance {
  return { command: [program, ...argv.map(quoted)].join(' '), host: hostText() };
}

/** As people call it: in a clone by npm, which brings the Node for it. */
const program = import.meta.filename.endsWith('.ts') ? 'npm run gateway --' : 'gateway';

/** A word as a shell takes it, without credentials that it may hold. */
function quoted(word: string): string {
  const shown = word.replace(/\/\/[^/@]*@/u, '//***@');
  return /^[\w@%+=:,./-]+$/u.test(shown) ? shown : `'${shown.replaceAll("'", String.raw`'\''`)}'`;
}

function hostText(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  return `${model}, ${availableParallelism()} CPUs, ${type()} ${release()}, Node ${process.versions.node}`;
}
