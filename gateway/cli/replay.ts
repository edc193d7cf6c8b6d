import { readFileSync } from 'node:fs';
import type { Command } from 'commander';

import type { ReplayFlags } from './replay-flags.ts';
import { frequentFlags, replayFlags } from './replay-flags.ts';
import { planReplay } from './replay-plan.ts';
import { performReplay } from './replay-session.ts';
import { withShortHelp } from './short-help.ts';

/** `gateway replay`: the built-in benchmark. */
export function replayCommand(): Command {
  return withShortHelp(replayFlags(), frequentFlags)
    .addHelpText('after', `\n${examples}`)
    .action(replay);
}

const examples = `Examples:
  gateway replay --url http://127.0.0.1:8080 --num-prompts 100
  gateway replay --reproduce sglang-0.2.14 --virtual`;

async function replay(flags: ReplayFlags, command: Command): Promise<void> {
  const names = Object.keys(flags) as (keyof ReplayFlags)[];
  const given = new Set(names.filter((name) => command.getOptionValueSource(name) === 'cli'));
  const readText = (path: string): string => readFileSync(path, 'utf8');
  const plan = planReplay(flags, { given, environment: process.env, readText });
  process.exitCode = await performReplay(plan, flags, readText);
}
