import type { Command } from 'commander';
import { Help } from 'commander';

/**
 * Has `--help` show the named flags alone, on one screen, and `--help-all` every flag by topic. To be
 * called when the command has all of its flags.
 */
export function withShortHelp(command: Command, shown: readonly string[]): Command {
  const all = new Help();
  let isShort = true;
  return command
    .option(HELP_ALL, 'every flag, by topic')
    .on('option:help-all', () => {
      isShort = false;
      command.help();
    })
    .configureHelp({
      visibleOptions(inner) {
        const options = all.visibleOptions(inner);
        return isShort
          ? options.filter(({ long }) => shown.concat(HELP_ALL).includes(long ?? ''))
          : options;
      },
      groupItems(items, visible, groupOf) {
        if (!isShort) return all.groupItems(items, visible, groupOf);
        return new Map([['Options:', visible]]);
      },
    });
}

const HELP_ALL = '--help-all';
