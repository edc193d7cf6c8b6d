/** Writes a line of results to stdout. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a line for the person at the terminal to stderr, where it spoils nobody's pipe. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
