import type { SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

// An engine as far as a launcher knows one: a process that listens, and has processes of its own.
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    /** Starts one process in its group, one in a session of its own, and one that has no environment either. */
    family: { type: 'boolean', default: false },
    /** Does not end on SIGTERM. */
    deaf: { type: 'boolean', default: false },
    /** Its health page says 503. */
    sick: { type: 'boolean', default: false },
    /** Writes a line to stderr first. */
    say: { type: 'string' },
    /** Ends at once, with this code. */
    exit: { type: 'string' },
  },
});

if (values.say !== undefined) console.error(values.say);
if (values.exit === undefined) listen();
else process.exitCode = Number(values.exit);

function listen(): void {
  if (values.family) startFamily();
  const server = createServer((_request, response) => {
    response.writeHead(values.sick ? 503 : 200).end();
  });
  server.listen(Number(values.port), '127.0.0.1', () => console.log('it listens'));
  process.on('SIGTERM', () => {
    console.log('the parent was signalled');
    if (values.deaf) return;
    server.close();
    server.closeAllConnections();
  });
}

function startFamily(): void {
  const waits = 'trap "echo the scheduler was signalled" TERM; while :; do sleep 0.1; done';
  start('sh', ['-c', waits], { stdio: ['ignore', 'inherit', 'inherit'] });
  start('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  start('/bin/sleep', ['1000'], { detached: true, stdio: 'ignore', env: {} });
}

function start(file: string, args: readonly string[], options: SpawnOptions): void {
  spawn(file, args, options).unref();
}
