import { Command } from 'commander';

import { nearestName } from '../config/nearest-name.ts';
import { version } from '../version.ts';
import { commands } from './commands.ts';
import { makeStrict } from './strict.ts';

/**
 * The whole command line, ready to parse `argv`. Only the command that is called has its flags, since for
 * those of the others they would all be loaded. Throws Commander's error for a word that is no command.
 */
export async function programFor(argv: readonly string[]): Promise<Command> {
  const words = commandWords(argv);
  const program = new Command('gateway')
    .description('A serving gateway, router and benchmark for vLLM and SGLang replicas.')
    .version(version, '-V, --version')
    .addHelpText('after', '\nExample:\n  gateway serve --replica http://127.0.0.1:30000');
  for (const { name, summary, isHidden = false, load } of commands) {
    if (name === words[0]) program.addCommand(await load());
    else program.command(name, { hidden: isHidden }).description(summary).allowUnknownOption();
  }
  makeStrict(program);
  refuseUnknown(program, words);
  return program;
}

/** The words that may name a command: no flags, and not the `help` before them. */
function commandWords(argv: readonly string[]): readonly string[] {
  const words = argv.filter((word) => !word.startsWith('-'));
  return words[0] === 'help' ? words.slice(1) : words;
}

/** Commander alone would answer a word that it does not know with its help, where `--help` stands beside it. */
function refuseUnknown(program: Command, words: readonly string[]): void {
  let command = program;
  for (const word of words) {
    if (command.commands.length === 0 || word === 'help') return;
    const known = command.commands.find((inner) => inner.name() === word);
    if (known === undefined) command.error(`error: ${unknownWord(word, visibleNames(command))}`);
    else command = known;
  }
}

function visibleNames(command: Command): readonly string[] {
  const names = command
    .createHelp()
    .visibleCommands(command)
    .map((inner) => inner.name());
  return names.filter((name) => name !== 'help');
}

function unknownWord(word: string, names: readonly string[]): string {
  const nearest = nearestName(word, names);
  const hint = nearest === undefined ? `known are ${names.join(', ')}` : `did you mean ${nearest}?`;
  return `unknown command '${word}'; ${hint}`;
}
