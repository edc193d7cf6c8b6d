import { Command, CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';

import { makeStrict } from '../../../gateway/cli/strict.ts';

describe('a strict command', () => {
  let said = '';

  function aCommand(): Command {
    said = '';
    const command = new Command('outer');
    command
      .command('inner')
      .description('word '.repeat(60))
      .option('--port <number>', 'a port')
      .action(() => undefined);
    makeStrict(command, ['gateway']);
    for (const each of [command, ...command.commands]) {
      each.configureOutput({
        writeErr: (text) => (said += text),
        writeOut: (text) => (said += text),
      });
    }
    return command;
  }

  it('throws what is wrong, in our form, with what to call for help', () => {
    const call = (): unknown => aCommand().parse(['inner', '--prt', '1'], { from: 'user' });

    expect(call).toThrow(CommanderError);
    expect(said).toBe(
      "gateway: unknown option '--prt' (Did you mean --port?)\nSee: gateway outer inner --help\n",
    );
  });

  it('explains itself in 80 columns and does not explain --help', () => {
    expect(() => aCommand().parse(['inner', '--help'], { from: 'user' })).toThrow(CommanderError);

    expect(Math.max(...said.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(said).toContain('--port <number>');
    expect(said).not.toContain('--help');
  });
});
