/** Flags that every version knows. */
export function always(...flags: readonly string[]): readonly string[] {
  return flags;
}

/**
 * Flags that came with a release, for an engine of that version or a later one; a version that is not given or has
 * no numbers counts as current.
 */
export function since(
  release: string,
  version: string | undefined,
  flags: readonly string[],
): readonly string[] {
  return version !== undefined && isBefore(version, release) ? [] : flags;
}

function isBefore(version: string, release: string): boolean {
  const numbers = releaseNumbers(version);
  if (numbers.length === 0) return false;
  const wanted = releaseNumbers(release);
  const place = wanted.findIndex((number, at) => number !== (numbers[at] ?? 0));
  return place !== -1 && (numbers[place] ?? 0) < (wanted[place] ?? 0);
}

function releaseNumbers(version: string): readonly number[] {
  return /^v?(\d+(?:\.\d+)*)/u.exec(version)?.[1]?.split('.').map(Number) ?? [];
}
