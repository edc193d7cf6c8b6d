import type { Command } from 'commander';

import { programFor } from '../../gateway/cli/program.ts';

/** Has the command line parse words and do nothing. Rejects, as it would, where it does not understand them. */
export async function understood(words: readonly string[]): Promise<void> {
  const program = await programFor(words);
  makeIdle(program);
  await program.parseAsync(words, { from: 'user' });
}

function makeIdle(command: Command): void {
  if (command.commands.length === 0) command.action(() => undefined);
  for (const inner of command.commands) makeIdle(inner);
}
