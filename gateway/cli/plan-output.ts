import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

import type { Plan } from '../../deploy/plan.ts';
import { kubernetesManifests } from '../../deploy/units/kubernetes.ts';
import { systemdUnits } from '../../deploy/units/systemd.ts';
import type { UnitFile } from '../../deploy/units/unit-file.ts';
import { launchSetting } from './launch-plan.ts';
import { say, tell } from './output.ts';
import type { planForms } from './plan-flags.ts';
import { UsageError } from './usage-error.ts';

/** What `--emit` writes, and where. */
export interface PlanOutput {
  readonly form: (typeof planForms)[number];
  /** Printed, one file after another, where no folder is given. */
  readonly folder: string | undefined;
  readonly image: string;
  readonly memory: string;
}

/** Writes or prints the files by which others run a plan. */
export function emitPlan(plan: Plan, { form, folder, ...options }: PlanOutput): void {
  const files = filesOf(plan, form, options);
  if (folder === undefined) {
    for (const { name, text } of files) say(`# ${name}\n${text}`);
    return;
  }
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--out ${folder} cannot be written: ${reason}`, { cause });
  }
  tell(`Wrote ${files.map(({ name }) => join(folder, name)).join(', ')}`);
}

type PodOptions = Pick<PlanOutput, 'image' | 'memory'>;

function filesOf(plan: Plan, form: PlanOutput['form'], options: PodOptions): readonly UnitFile[] {
  switch (form) {
    case 'systemd':
      return systemdUnits(plan);
    case 'kubernetes':
      return [manifestFile(plan, options)];
    case 'config':
      return [configFile(plan)];
    case 'launch':
      return [launchFile(plan)];
  }
}

function manifestFile(plan: Plan, options: PodOptions): UnitFile {
  const texts = kubernetesManifests(plan, options).map((manifest) =>
    stringify(manifest, { aliasDuplicateObjects: false }),
  );
  return { name: 'numagate-replicas.yaml', text: texts.join('---\n') };
}

/**
 * The gateway's settings of these replicas: with its node, each is told apart in metrics, spans and routing; with its
 * GPUs, it is drained where one of them is sick; with its KV cache, it is given no more than that where its engine is too
 * old to tell.
 */
function configFile({ replicas }: Plan): UnitFile {
  const settings = replicas.map((replica) => {
    const { id, port, gpus, numaNodes, kvTokensExpected } = replica;
    return {
      url: `http://127.0.0.1:${port}`,
      id,
      ...(gpus.length > 0 && { gpus }),
      ...(numaNodes.length === 1 && { numaNode: numaNodes[0] }),
      ...(kvTokensExpected !== undefined && { kvCapacityTokens: kvTokensExpected }),
    };
  });
  return { name: 'gateway.yaml', text: stringify({ replicas: settings }) };
}

/** The gateway's settings by which it starts these replicas itself. */
function launchFile({ replicas }: Plan): UnitFile {
  const settings = { launch: { replicas: replicas.map(launchSetting) } };
  return { name: 'gateway.yaml', text: stringify(settings, { aliasDuplicateObjects: false }) };
}
