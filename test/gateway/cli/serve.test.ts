import { describe, expect, it } from 'vitest';

import { serveCommand } from '../../../gateway/cli/serve.ts';
import { CommandLine, runGateway } from '../../support/command-line.ts';
import { until } from '../../support/live/until.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 30_000;

/** Nobody answers at port 9; the gateway comes up all the same. */
const alone = ['serve', '--replica', 'http://127.0.0.1:9', '--port', '0', '--admin-port', '0'];

describe('gateway serve', { timeout: PROCESS_MS_MAX }, () => {
  it('says in one line of JSON where it listens, and ends with 0 when it is told to', async () => {
    await using gateway = new CommandLine([...alone, '--json']);
    const { url, adminUrl } = await gateway.listening();

    const health = await fetch(`${url}/health`);
    const ready = await fetch(`${url}/ready`);
    const metrics = await fetch(`${adminUrl}/metrics`);
    const { code, stdout } = await gateway.stop('SIGINT');

    expect([health.status, ready.status, metrics.status]).toEqual([200, 503, 200]);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('says how long it waits for requests where it is told to end, and ends at once when told again', async () => {
    await using gateway = new CommandLine(alone);
    await until('it serves', () => gateway.stderr.includes('Live page'));

    gateway.signal('SIGTERM');
    await until('it says so', () => gateway.stderr.includes('Ending: '));
    const { code, stderr } = await gateway.stop('SIGINT');

    expect(code).toBe(0);
    expect(stderr).toMatch(/^Live page: http:\S+\/admin\/ui {3}Metrics: http/mu);
    expect(stderr).toContain(
      'Ending: requests have up to 25 s to finish; Ctrl-C again ends them now.\n',
    );
  });

  it('says why its replica is not ready', async () => {
    await using gateway = new CommandLine([...alone, '--json']);
    const { url } = await gateway.listening();
    await fetch(`${url}/health`);
    const { code, stderr } = await gateway.stop('SIGINT');
    expect(code).toBe(0);
    expect(stderr).toMatch(/127\.0\.0\.1:9.*replica is not ready/);
  });

  it('names the flags that would take another port than one that is taken', async () => {
    await using first = new CommandLine([...alone, '--json']);
    const { url } = await first.listening();
    const { port } = new URL(url);

    const { code, stdout, stderr } = await runGateway([...alone, '--port', port]);

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      `gateway: 127.0.0.1:${port} is taken (EADDRINUSE): --host, --port, --admin-host or --admin-port would take another.`,
    );
  });

  it('has a flag for each setting that its help names', () => {
    const flags = serveCommand().options.map(({ long }) => long);
    expect(flags).toContain('--allow-unauthenticated');
    expect(new Set(flags).size).toBe(flags.length);
  });
});
