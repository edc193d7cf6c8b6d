import { existsSync, readdirSync, readFileSync } from 'node:fs';

const home = new URL('../../../shared/fixtures/nvidia-smi/', import.meta.url);

/** Outputs of real drivers by file name; none where the checkout has no captures beside it. */
const smiCaptures: ReadonlyMap<string, string> = new Map(
  existsSync(home)
    ? readdirSync(home).map((name) => [name, readFileSync(new URL(name, home), 'utf8')])
    : [],
);

/** Those whose names begin so. */
export function smiCapturesOf(beginning: string): [name: string, text: string][] {
  return [...smiCaptures].filter(([name]) => name.startsWith(beginning));
}

/** Why the tests that read captures are left out, or `false`. */
export const withoutSmiCaptures: string | false =
  smiCaptures.size === 0 && 'the outputs of real drivers are not beside this checkout';
