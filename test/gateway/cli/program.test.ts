import { CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { programFor } from '../../../gateway/cli/program.ts';

describe('the program', () => {
  let stderr = '';
  beforeEach(() => {
    stderr = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      stderr += String(text);
      return true;
    });
  });
  afterEach(() => vi.restoreAllMocks());

  it('loads the flags of the command that is called, and of no other', async () => {
    const program = await programFor(['serve', '--port', '1']);
    const flags = new Map(program.commands.map((each) => [each.name(), each.options.length]));

    expect(flags.get('serve')).toBeGreaterThan(0);
    expect(flags.get('replay')).toBe(0);
  });

  it.each([[['help', 'serve']], [['--help']], [[]], [['help']], [['config', 'help', 'check']]])(
    'knows every word of %j',
    async (words) => {
      await expect(programFor(words)).resolves.toBeDefined();
    },
  );

  it.each([
    [['topology', '--help'], "unknown command 'topology'; known are serve, ", 'gateway --help'],
    [['--help', 'topology'], "unknown command 'topology'; known are serve, ", 'gateway --help'],
    [['help', 'sreve'], "unknown command 'sreve'; did you mean serve?", 'gateway --help'],
    [
      ['config', 'chek', '--help'],
      "unknown command 'chek'; did you mean check?",
      'gateway config --help',
    ],
  ])('refuses %j, help or not, and says what to call', async (words, what, help) => {
    await expect(programFor(words)).rejects.toThrow(CommanderError);

    expect(stderr).toContain(`gateway: ${what}`);
    expect(stderr).toContain(`\nSee: ${help}\n`);
  });
});
