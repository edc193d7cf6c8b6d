import { existsSync, readFileSync } from 'node:fs';

import type { Host } from '../../deploy/host.ts';
import type { Plan, PlanWish } from '../../deploy/plan.ts';
import { planHost } from '../../deploy/plan.ts';
import { publishedHost } from '../../deploy/published-host.ts';
import { readHost } from '../../deploy/read-host.ts';
import { openNvidiaSmi } from '../../telemetry/gpu/nvidia-smi.ts';
import { SystemFiles } from '../../telemetry/gpu/system-files.ts';
import { parseHost } from './host-file.ts';
import { tell } from './output.ts';
import { UsageError } from './usage-error.ts';

/** Which host is planned on, as the command line says it. */
export interface HostFlags {
  /** A dump, or `published`; this machine unless given. */
  readonly host?: string;
  readonly sysfs: string;
  readonly nvidiaSmi: string;
}

/** A healthy nvidia-smi takes two seconds for eight GPUs. */
const SMI_MS_MAX = 20_000;

/** The `--host` that stands for the host of the published runs. */
const PUBLISHED = 'published';

/** Reads the host that flags name. Throws a UsageError for a dump that is none. */
export async function hostOf({ host, sysfs, nvidiaSmi }: HostFlags): Promise<Host> {
  if (host === PUBLISHED) return publishedHost;
  if (host === undefined) {
    const ask = openNvidiaSmi({ path: nvidiaSmi, timeoutMs: SMI_MS_MAX });
    return readHost({ ask, files: new SystemFiles(sysfs) });
  }
  if (!existsSync(host)) throw new UsageError(`--host ${host}: there is no such file`);
  try {
    return parseHost(readFileSync(host, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--host ${host} is not a dump of gateway plan --dump: ${reason}`, {
      cause,
    });
  }
}

/** Whose host is planned on: the one that `--host` names, or this machine. */
export interface PlanTerms extends Pick<HostFlags, 'host'> {
  /** What can be done where it has no GPU. */
  readonly wayOut: string;
}

/** The plan of a host; what the host said of itself is told. Throws a UsageError that says why there is none. */
export function planOn(host: Host, terms: PlanTerms, wish: PlanWish): Plan {
  if (host.gpus.length === 0) throw new UsageError(noGpu(host, terms));
  for (const remark of host.remarks ?? []) tell(remark);
  const result = planHost(host, wish);
  if (result.kind === 'impossible') throw new UsageError(`no plan: ${result.reason}`);
  return result;
}

function noGpu({ remarks = [] }: Host, { host, wayOut }: PlanTerms): string {
  const where = host === undefined ? 'this machine' : `the machine of ${host}`;
  const why = remarks.map((remark) => remark.replace(/\.$/u, '')).join('; ');
  return `${where} has no GPU to plan with${why === '' ? '' : ` (${why})`}; ${wayOut}`;
}
