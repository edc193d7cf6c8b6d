import { writeFileSync } from 'node:fs';
import { Command } from 'commander';

import type { Host } from '../../deploy/host.ts';
import type { Plan } from '../../deploy/plan.ts';
import { printHost } from './host-file.ts';
import { say, tell } from './output.ts';
import type { PlanFlags } from './plan-flags.ts';
import { frequentPlanFlags, planFlags } from './plan-flags.ts';
import { hostOf, planOn } from './plan-host.ts';
import { emitPlan } from './plan-output.ts';
import { hostText, planCommands, planTable } from './plan-table.ts';
import { planWish } from './plan-wish.ts';
import { withShortHelp } from './short-help.ts';
import { UsageError } from './usage-error.ts';

const WITHOUT_GPU =
  '--host published plans the published 8×H100 host, which gateway demo simulates';

/** `gateway plan`: which engine on which GPUs, CPUs and memory of this machine, or of another, and why. */
export function planCommand(): Command {
  const command = new Command('plan').description(
    'Plan which replica runs on which GPUs, CPUs and memory of this machine, and say why.',
  );
  planFlags(command);
  return withShortHelp(command, frequentPlanFlags)
    .addHelpText('after', '\nExample:\n  gateway plan --model llama-3-70b --dtype fp8')
    .action(plan);
}

async function plan(flags: PlanFlags): Promise<void> {
  const host = await hostOf(flags);
  if (flags.dump !== undefined) dump(host, flags.dump);
  if (flags.model === undefined) {
    if (flags.dump !== undefined) return;
    throw new UsageError('--model is missing: say what is to be served, such as llama-3-70b');
  }
  const result = planOn(host, { ...flags, wayOut: WITHOUT_GPU }, planWish(flags, flags.model));
  const { emit: form, out: folder, image, memory } = flags;
  if (form !== undefined) emitPlan(result, { form, folder, image, memory });
  else if (flags.json === true) say(JSON.stringify(result, null, 2));
  else await sayPlan(host, result, flags);
}

async function sayPlan(host: Host, result: Plan, { host: source }: PlanFlags): Promise<void> {
  const whose = source === undefined ? 'This machine' : `${source}, not this machine`;
  say(`${whose}: ${hostText(host)}\n\n${planTable(result)}\n\n${await planCommands(result)}`);
}

function dump(host: Host, path: string): void {
  try {
    writeFileSync(path, printHost(host));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--dump ${path} cannot be written: ${reason}`, { cause });
  }
  tell(`Wrote ${path}`);
}
