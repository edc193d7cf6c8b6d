import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** Version of this package, as its manifest has it, from sources and from the published build alike. */
export const version: string = readVersion();

function readVersion(): string {
  const manifest = findPackageJSON(import.meta.url);
  if (manifest === undefined) return 'unknown';
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
