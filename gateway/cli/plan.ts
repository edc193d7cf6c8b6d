import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';

import type { Host } from '../../deploy/host.ts';
import type { Plan } from '../../deploy/plan.ts';
import { planHost } from '../../deploy/plan.ts';
import { publishedHost } from '../../deploy/published-host.ts';
import { readHost } from '../../deploy/read-host.ts';
import { openNvidiaSmi } from '../../telemetry/gpu/nvidia-smi.ts';
import { SystemFiles } from '../../telemetry/gpu/system-files.ts';
import { parseHost, printHost } from './host-file.ts';
import { say, tell } from './output.ts';
import type { PlanFlags } from './plan-flags.ts';
import { frequentPlanFlags, planFlags } from './plan-flags.ts';
import { emitPlan } from './plan-output.ts';
import { hostText, planCommands, planTable } from './plan-table.ts';
import { planWish } from './plan-wish.ts';
import { withShortHelp } from './short-help.ts';
import { UsageError } from './usage-error.ts';

/** A healthy nvidia-smi takes two seconds for eight GPUs. */
const SMI_MS_MAX = 20_000;

/** The `--host` that stands for the host of the published runs. */
const PUBLISHED = 'published';

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
  if (host.gpus.length === 0) throw new UsageError(noGpu(host, flags));
  for (const remark of host.remarks ?? []) tell(remark);
  const result = planHost(host, planWish(flags, flags.model));
  if (result.kind === 'impossible') throw new UsageError(`no plan: ${result.reason}`);
  const { emit: form, out: folder, image, memory } = flags;
  if (form !== undefined) emitPlan(result, { form, folder, image, memory });
  else if (flags.json === true) say(JSON.stringify(result, null, 2));
  else sayPlan(host, result, flags);
}

function sayPlan(host: Host, result: Plan, { host: source }: PlanFlags): void {
  const whose = source === undefined ? 'This machine' : `${source}, not this machine`;
  say(`${whose}: ${hostText(host)}\n\n${planTable(result)}\n\n${planCommands(result)}`);
}

async function hostOf({ host, sysfs, nvidiaSmi }: PlanFlags): Promise<Host> {
  if (host === PUBLISHED) return publishedHost;
  if (host === undefined) {
    const ask = openNvidiaSmi({ path: nvidiaSmi, timeoutMs: SMI_MS_MAX });
    return readHost({ ask, files: new SystemFiles(sysfs) });
  }
  try {
    return parseHost(readFileSync(host, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--host ${host} is not a dump of gateway plan --dump: ${reason}`, {
      cause,
    });
  }
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

function noGpu({ remarks = [] }: Host, { host }: PlanFlags): string {
  const where = host === undefined ? 'this machine' : `the machine of ${host}`;
  const why = remarks.map((remark) => remark.replace(/\.$/u, '')).join('; ');
  return `${where} has no GPU to plan with${why === '' ? '' : ` (${why})`}; --host published plans the published 8×H100 host, which gateway demo simulates`;
}
