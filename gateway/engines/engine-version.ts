/**
 * Whether `version` came out before `release`, by their numbers: `0.5.8.post1` is no older than `0.5.8`,
 * and a release candidate counts as its release.
 */
export function isBefore(version: string, release: string): boolean {
  const numbers = releaseNumbers(version);
  for (const [place, wanted] of releaseNumbers(release).entries()) {
    const number = numbers[place] ?? 0;
    if (number !== wanted) return number < wanted;
  }
  return false;
}

/** The leading dotted numbers; none for a version that has none, such as a commit hash. */
function releaseNumbers(version: string): number[] {
  const [dotted = ''] = /^v?\d+(?:\.\d+)*/.exec(version) ?? [];
  return dotted.replace('v', '').split('.').map(Number);
}
