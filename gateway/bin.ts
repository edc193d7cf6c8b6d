#!/usr/bin/env node
// The published entry. No import may stand here: on an old Node this file has to parse and to say so
// before anything newer is loaded.
const WANTED_MAJOR = 22;
const WANTED_MINOR = 19;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < WANTED_MAJOR || (major === WANTED_MAJOR && minor < WANTED_MINOR)) {
  process.stderr.write(
    `numagate needs Node ${WANTED_MAJOR}.${WANTED_MINOR} or newer, and this is Node ${process.versions.node}: see https://nodejs.org.\n`,
  );
  process.exit(1);
}
void import('./main.ts');
