import { existsSync, readFileSync } from 'node:fs';

const home = new URL('../../../shared/fixtures/metrics/', import.meta.url);

/** Why the tests that read published `/metrics` pages are left out, or `false`. */
export const withoutMetricSamples: string | false =
  !existsSync(home) && 'the published metrics pages are not beside this checkout';

/** A published `/metrics` page, or an excerpt of one. */
export function metricSample(name: string): string {
  return readFileSync(new URL(`${name}.txt`, home), 'utf8');
}
