import { beforeAll, describe, expect, it } from 'vitest';

import type { Ended } from '../support/command-line.ts';
import { runGateway } from '../support/command-line.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 30_000;

const commands = ['serve', 'simulate', 'replay', 'demo', 'config'];

describe('the command line', { timeout: PROCESS_MS_MAX }, () => {
  const help = new Map<string, Ended>();

  beforeAll(async () => {
    for (const command of commands) help.set(command, await runGateway([command, '--help']));
  }, PROCESS_MS_MAX);

  function helpOf(command: string): string {
    const { code, stdout } = help.get(command) ?? {};
    expect(code).toBe(0);
    return stdout ?? '';
  }

  it('names every command and shows an example', async () => {
    const { code, stdout } = await runGateway(['--help']);
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(stdout).toContain('Example:\n  gateway serve --replica http://127.0.0.1:30000');
  });

  it.each(commands)('explains %s with an example, in a hundred columns', (command) => {
    const text = helpOf(command);
    expect(text).toContain('Example');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it.each(['serve', 'simulate', 'demo', 'config'])('explains %s on one screen', (command) => {
    expect(helpOf(command).trimEnd().split('\n').length).toBeLessThanOrEqual(24);
  });

  it('explains a command by its name too', async () => {
    expect((await runGateway(['help', 'serve'])).stdout).toBe(helpOf('serve'));
  });

  it('tells its version', async () => {
    expect(await runGateway(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });

  it.each([
    [['srve'], "unknown command 'srve'"],
    [['serve', '--replca', 'x'], '(Did you mean --replica?)'],
    [
      ['serve', '--port', '65536'],
      "'65536' is invalid. It must be a whole number from 0 to 65535.",
    ],
    [['serve', '--replica', 'x'], "--replica: replicas[0].url cannot be 'x'; it has to be http://"],
    [['serve', '--policy', 'x'], "'x' is invalid. It must be one of kv-aware,"],
    [['config', 'check'], "missing required argument 'file'"],
    [[], 'Usage: gateway'],
  ])('refuses %j on stderr alone, with exit code 2', async (args, words) => {
    const { code, stdout, stderr } = await runGateway(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
  });

  it('shows no stack for what is wrong outside', async () => {
    const { code, stderr } = await runGateway(['config', 'check', '/no/such/file']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "gateway: /no/such/file: cannot be read: ENOENT: no such file or directory, open '/no/such/file'\n",
    );
  });

  it('has no colour, in a terminal or not', async () => {
    const { stdout, stderr } = await runGateway(['serve', '--help'], { FORCE_COLOR: '1' });
    expect(`${stdout}${stderr}`).not.toContain('\u001B');
  });
});
