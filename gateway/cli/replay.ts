import { readFileSync } from 'node:fs';
import type { Command } from 'commander';

import type { ReplayFlags } from './replay-flags.ts';
import { replayFlags } from './replay-flags.ts';
import { planReplay } from './replay-plan.ts';
import { performReplay } from './replay-session.ts';

/** `gateway replay`: the built-in benchmark. */
export function replayCommand(): Command {
  return replayFlags()
    .addHelpText('after', '\nExample:\n  gateway replay --reproduce sglang-0.2.14 --virtual')
    .action(replay);
}

async function replay(flags: ReplayFlags, command: Command): Promise<void> {
  const names = Object.keys(flags) as (keyof ReplayFlags)[];
  const given = new Set(names.filter((name) => command.getOptionValueSource(name) === 'cli'));
  const readText = (path: string): string => readFileSync(path, 'utf8');
  const plan = planReplay(flags, { given, environment: process.env, readText });
  process.exitCode = await performReplay(plan, flags, readText);
}
