import type { ReplayRun } from '../../replay-run.ts';
import { escaped } from './markup.ts';

/** Where a page comes from, beside its run. */
export interface Provenance {
  /** The command line that makes such a run again. */
  readonly command: string;
  /** Machine, system and Node that the client ran on. */
  readonly host: string;
}

/** The foot of a page: all that is needed to make the run again, and to know what it was made on. */
export function provenanceFooter(run: ReplayRun, { command, host }: Provenance): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Replicas', run.setup.replicas],
    ['Model', run.setup.model],
    ['Routing', run.setup.policy],
    ['Admission', run.setup.admission],
    ['Speed', speedText(run)],
    ['Host', host],
  ];
  const items = rows.flatMap(([term, value]) =>
    value === undefined || value === '' ? [] : [`<dt>${term}</dt><dd>${escaped(value)}</dd>`],
  );
  const madeAt = run.startedAt.toISOString().slice(0, 16).replace('T', ' ');
  return [
    '<footer><h2>How it was made</h2>',
    `<dl>${items.join('')}<dt>Again</dt><dd><code>${escaped(command)}</code></dd></dl>`,
    `<p>Made by numagate’s replay on ${madeAt} UTC. Times are as at speed 1, save those that are called wall time.</p>`,
    '</footer>',
  ].join('\n');
}

function speedText({ target, speed }: ReplayRun): string {
  if (target === 'virtual') return 'virtual time';
  return speed === 1
    ? '1, the pace of the wall clock'
    : `${speed} times the pace of the wall clock`;
}
