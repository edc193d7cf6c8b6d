import { Command } from 'commander';
import { describe, expect, it } from 'vitest';

import { withShortHelp } from '../../../gateway/cli/short-help.ts';

describe('a short help', () => {
  let said = '';

  function help(flag: string): string {
    said = '';
    const command = new Command('ask')
      .exitOverride()
      .configureOutput({ writeOut: (text) => (said += text) })
      .optionsGroup('Often:')
      .option('--much', 'often used')
      .optionsGroup('Seldom:')
      .option('--little', 'seldom used')
      .action(() => undefined);
    withShortHelp(command, ['--much']);
    expect(() => command.parse([flag], { from: 'user' })).toThrow(/outputHelp/u);
    return said;
  }

  it('shows the named flags in one list, and how to see all', () => {
    const text = help('--help');

    expect(text).toMatch(/Options:\n {2}--much +often used\n {2}--help-all +every flag/u);
    expect(text).not.toContain('--little');
    expect(text).not.toContain('Often:');
  });

  it('shows every flag by topic where that is asked for', () => {
    const text = help('--help-all');

    expect(text).toContain('Often:\n  --much');
    expect(text).toContain('Seldom:\n  --little');
  });
});
