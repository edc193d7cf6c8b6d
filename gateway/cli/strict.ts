import type { Command } from 'commander';
import { Option } from 'commander';

/** Help is laid out for a terminal of this width at the most, and also where there is none. */
const HELP_COLUMNS = 80;

/**
 * Has a command and all within it report what is wrong in one form, and by an error in place of ending the
 * process: `gateway: …`, then what to call for help. `callers` are the words before its name.
 */
export function makeStrict(command: Command, callers: readonly string[] = []): void {
  const words = [...callers, command.name()];
  command
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(ownForm(text)) })
    .showHelpAfterError(`See: ${words.join(' ')} --help`)
    // Whoever reads it has found it, and a screen has few lines.
    .addHelpOption(new Option('-h, --help').hideHelp())
    .configureHelp({
      ...command.configureHelp(),
      helpWidth: Math.min(process.stdout.columns || HELP_COLUMNS, HELP_COLUMNS),
    });
  for (const inner of command.commands) makeStrict(inner, words);
}

/** Commander's own errors begin with `error:`, and guess on a second line. */
function ownForm(text: string): string {
  return text.replace(/^error: /u, 'gateway: ').replace('\n(', ' (');
}
