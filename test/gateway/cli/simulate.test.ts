import { describe, expect, it } from 'vitest';

import { presetNames } from '../../../deploy/simulator/presets.ts';
import { CommandLine, runGateway } from '../../support/command-line.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 30_000;

describe('gateway simulate', { timeout: PROCESS_MS_MAX }, () => {
  it('is a replica that answers, until it is told to end', async () => {
    const args = [
      'simulate',
      '--preset',
      'vllm-0.5.5-8xh100-tp8',
      '--port',
      '0',
      '--admin-port',
      '0',
    ];
    await using replica = new CommandLine([...args, '--model', 'mine', '--json']);
    const { url, adminUrl } = await replica.listening();

    const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
    const state = await fetch(`${adminUrl}/state`);
    const { code } = await replica.stop('SIGTERM');

    expect(models.data.map(({ id }) => id)).toEqual(['mine']);
    expect(state.status).toBe(200);
    expect(code).toBe(0);
  });

  it('lists its presets for people and for programs', async () => {
    const forPeople = await runGateway(['simulate', '--list-presets']);
    expect(forPeople.code).toBe(0);
    for (const name of presetNames) expect(forPeople.stdout).toContain(name);
    expect(forPeople.stdout).toMatch(/tp4 .*\(extrapolated\)/);

    const forPrograms = await runGateway(['simulate', '--list-presets', '--json']);
    const presets = JSON.parse(forPrograms.stdout) as { name: string }[];
    expect(presets.map(({ name }) => name)).toEqual([...presetNames]);
  });

  it('names what may be simulated', async () => {
    const { code, stderr } = await runGateway(['simulate', '--preset', 'tpu']);
    expect(code).toBe(2);
    expect(stderr).toContain(
      "argument 'tpu' is invalid. It must be one of sglang-0.2.14-8xh100-tp8,",
    );
  });

  it('names the flags that would take another port than one that is taken', async () => {
    await using first = new CommandLine(['simulate', '--port', '0', '--json']);
    const { port } = new URL((await first.listening()).url);
    const { code, stderr } = await runGateway(['simulate', '--port', port]);
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port} is taken (EADDRINUSE): --host, --port`);
  });
});
