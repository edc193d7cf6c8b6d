/**
 * What is shown before a release and takes longer than every check may.
 *
 *     npm run test:release [-- --list --only core --only soak --share 0.02 --again]
 *
 * Plays each part that has not passed yet at this share of its size, and writes what it found into docs/release.json and
 * docs/release.md after each: a run that is stopped goes on where it was. `--again` plays those that have passed, too.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { parts } from './catalog.ts';
import { figureText, withFigures } from './page.ts';
import type { Part, Played } from './part.ts';
import type { PartResult } from './results.ts';
import { isDone, passes, readResults, withResult, writeResults } from './results.ts';

const { values } = parseArgs({
  options: {
    list: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    share: { type: 'string', default: '1' },
    again: { type: 'boolean', default: false },
  },
});

const root = new URL('../../', import.meta.url);
const resultsFile = fileURLToPath(new URL('docs/release.json', root));
const pageFile = fileURLToPath(new URL('docs/release.md', root));
const share = Number(values.share);
if (!(share > 0 && share <= 1)) throw new RangeError('--share is above 0, up to 1');
const unknown = values.only.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) throw new RangeError(`no part is called ${unknown.join(', ')}`);
const chosen = parts.filter(({ name }) => values.only.length === 0 || values.only.includes(name));

if (values.list) for (const part of chosen) console.log(listed(part));
else process.exitCode = (await playAll()) ? 0 : 1;

function listed(part: Part): string {
  const result = readResults(resultsFile)[part.name];
  const verdict = result === undefined ? 'not yet' : `${stateOf(result)}, ${result.at}`;
  return `${part.name.padEnd(18)}  ${part.what}\n${' '.repeat(20)}${verdict}`;
}

async function playAll(): Promise<boolean> {
  let allPass = true;
  for (const part of chosen) {
    if (!values.again && isDone(readResults(resultsFile), part, share)) {
      console.log(`done  ${part.name}`);
      continue;
    }
    const result = await play(part);
    allPass &&= passes(result);
    console.log(`${passes(result) ? 'pass' : 'MISS'}  ${part.name}: ${stateOf(result)}`);
    save(part, result);
  }
  return allPass;
}

async function play(part: Part): Promise<PartResult> {
  const startedMs = performance.now();
  const played: Played & { readonly failure?: string } = await part
    .play(share)
    .catch((error: unknown) => {
      console.error(error);
      const failure = error instanceof Error ? error.message : String(error);
      return { amount: 'it broke off', figures: [], failure };
    });
  return {
    ...played,
    share,
    at: new Date().toISOString().slice(0, 16).replace('T', ' '),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    machine: `${cpus().length} cores, Node ${process.versions.node}`,
    tookSeconds: Math.round((performance.now() - startedMs) / 1_000),
  };
}

function stateOf({ amount, figures, failure, tookSeconds }: PartResult): string {
  return [`${amount} in ${tookSeconds} s`, failure, ...figures.map(figureText)]
    .filter((text) => text !== undefined)
    .join('; ');
}

/** Read anew, since another run may have come in between. */
function save(part: Part, result: PartResult): void {
  const results = withResult(readResults(resultsFile), part, result);
  writeResults(resultsFile, results);
  writeFileSync(pageFile, withFigures(readFileSync(pageFile, 'utf8'), parts, results));
}
