import { beforeAll, describe, expect, it } from 'vitest';

import { commands as entries } from '../../gateway/cli/commands.ts';
import type { Ended } from '../support/command-line.ts';
import { runGateway } from '../support/command-line.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 30_000;

const commands = entries.filter(({ isHidden }) => isHidden !== true).map(({ name }) => name);

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

  it.each(commands)(
    'explains %s with an example, on a screen of 24 lines and 80 columns',
    (command) => {
      const text = helpOf(command);
      expect(text).toContain('Example');
      // The last line of a terminal is the prompt's.
      expect(text.split('\n').length).toBeLessThanOrEqual(24);
      expect(widest(text)).toBeLessThanOrEqual(80);
    },
  );

  it('explains every flag of replay where that is wanted', async () => {
    const { code, stdout } = await runGateway(['replay', '--help-all']);
    expect(code).toBe(0);
    expect(stdout).toContain('How it asks:\n  --backend <name>');
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  function widest(text: string): number {
    return Math.max(...text.split('\n').map((line) => line.length));
  }

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
    [['srve'], "gateway: unknown command 'srve'; did you mean serve?\nSee: gateway --help\n"],
    [['topology'], `gateway: unknown command 'topology'; known are ${commands.join(', ')}`],
    [['topology', '--help'], "gateway: unknown command 'topology'; known are serve,"],
    [['serve', '--replca', 'x'], "gateway: unknown option '--replca' (Did you mean --replica?)\n"],
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

  it('says of each thing that is wrong in one form', async () => {
    const { stderr } = await runGateway(['serve', '--replica', 'x', '--host', '']);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^gateway: --(?:replica|host): /u);
  });

  it('has no colour, in a terminal or not', async () => {
    const { stdout, stderr } = await runGateway(['serve', '--help'], { FORCE_COLOR: '1' });
    expect(`${stdout}${stderr}`).not.toContain('\u001B');
  });
});
