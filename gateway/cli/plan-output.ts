import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

import type { Plan } from '../../deploy/plan.ts';
import { kubernetesManifests } from '../../deploy/units/kubernetes.ts';
import { systemdUnits } from '../../deploy/units/systemd.ts';
import type { UnitFile } from '../../deploy/units/unit-file.ts';
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
  const files = form === 'systemd' ? systemdUnits(plan) : [manifestFile(plan, options)];
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

function manifestFile(
  plan: Plan,
  options: { readonly image: string; readonly memory: string },
): UnitFile {
  const texts = kubernetesManifests(plan, options).map((manifest) =>
    stringify(manifest, { aliasDuplicateObjects: false }),
  );
  return { name: 'numagate-replicas.yaml', text: texts.join('---\n') };
}
