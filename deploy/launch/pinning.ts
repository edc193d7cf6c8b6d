import type { PlannedReplica } from '../planned-replica.ts';
import { cpuListText } from '../placement.ts';

/** What holds a replica on its CPUs and nodes. */
export type PinningMethod = 'engine' | 'numactl' | 'numactl-preferred' | 'taskset' | 'none';

/** How one replica is pinned, and why so. */
export interface Pinning {
  readonly method: PinningMethod;
  /** Words in front of the engine's command. */
  readonly prefix: readonly string[];
  /** For people: what is bound, and what is not. */
  readonly note: string;
}

/** Tries a prefix on a command that does nothing; true where that ran. */
export type ProbePrefix = (prefix: readonly string[]) => Promise<boolean>;

/** The part of a plan that pinning is about. */
export type PinnedPlan = Pick<PlannedReplica, 'argv' | 'cpus' | 'memoryNodes'>;

/** Flags by which engines bind themselves. */
const ENGINE_FLAGS = ['--numa-bind', '--numa-bind-nodes', '--numa-bind-cpus', '--numa-node'];

/**
 * The strictest way that this machine allows: each is tried before it is taken. An engine that binds itself is left
 * to it within a node; across nodes it binds its ranks alone, and the rest of it is held on the plan's nodes besides.
 */
export async function choosePinning(plan: PinnedPlan, probe: ProbePrefix): Promise<Pinning> {
  const flag = plan.argv.find((word) => ENGINE_FLAGS.some((known) => isFlag(word, known)));
  if (flag === undefined) return fromOutside(plan, probe);
  const note = `by the engine itself, with ${flag}`;
  const outside = plan.memoryNodes.length > 1 ? await fromOutside(plan, probe) : undefined;
  if (outside === undefined || outside.prefix.length === 0) {
    return { method: 'engine', prefix: [], note };
  }
  return { ...outside, note: `${outside.note}; and each rank ${note}` };
}

async function fromOutside(plan: PinnedPlan, probe: ProbePrefix): Promise<Pinning> {
  if (plan.cpus.length === 0 && plan.memoryNodes.length === 0) {
    return {
      method: 'none',
      prefix: [],
      note: 'not pinned: the plan names neither CPUs nor nodes',
    };
  }
  for (const way of waysOf(plan)) {
    if (await probe(way.prefix)) return way;
  }
  const note = `not pinned: neither numactl nor taskset can do it here (CPUs ${cpuText(plan)})`;
  return { method: 'none', prefix: [], note };
}

function isFlag(word: string, flag: string): boolean {
  return word === flag || word.startsWith(`${flag}=`);
}

function waysOf(plan: PinnedPlan): readonly Pinning[] {
  const { cpus, memoryNodes } = plan;
  const [node] = memoryNodes;
  const onCpus = cpus.length === 0 ? [] : [`--physcpubind=${cpuListText(cpus)}`];
  const ways: Pinning[] = [];
  if (node !== undefined) {
    const nodes = memoryNodes.join(',');
    ways.push({
      method: 'numactl',
      prefix: ['numactl', ...onCpus, `--membind=${nodes}`, '--'],
      note: `numactl: CPUs ${cpuText(plan)}, memory of node ${nodes} alone`,
    });
    ways.push({
      method: 'numactl-preferred',
      prefix: ['numactl', ...onCpus, `--preferred=${node}`, '--'],
      note: `numactl: CPUs ${cpuText(plan)}, memory of node ${node} preferred (the kernel refuses --membind)`,
    });
  } else {
    ways.push({
      method: 'numactl',
      prefix: ['numactl', ...onCpus, '--'],
      note: `numactl: CPUs ${cpuText(plan)}`,
    });
  }
  if (cpus.length > 0) {
    ways.push({
      method: 'taskset',
      prefix: ['taskset', '-c', cpuListText(cpus)],
      note: `taskset: CPUs ${cpuText(plan)}; memory comes from where threads first touch it (no numactl that may bind it)`,
    });
  }
  return ways;
}

function cpuText({ cpus }: PinnedPlan): string {
  return cpus.length === 0 ? 'as they are' : cpuListText(cpus);
}
