import { cpuListText } from './cpu-list.ts';
import type { CpuRange } from './cpu-list.ts';
import type { EngineCommand } from './engine-commands/engine-command.ts';
import type { Host } from './host.ts';
import type { ModelFacts, WeightType } from './model-facts.ts';
import { isDivisibleBy } from './model-facts.ts';
import type { Placement, ReplicaPlacement } from './placement.ts';
import { placeReplicas } from './placement.ts';
import { acceleratorsOf } from './placement/accelerators.ts';
import type { PlannedReplica } from './planned-replica.ts';
import type { SizeChoice } from './tensor-parallel.ts';
import { chooseSize, isEnough, kvTokensOn } from './tensor-parallel.ts';

/** What is to be served, and what the planner may not choose by itself. */
export interface PlanWish {
  readonly engine: EngineCommand;
  readonly engineVersion?: string;
  /** The name that clients call the model by. */
  readonly model: string;
  /** Absent for a model of which nothing is known: the size must then be given. */
  readonly modelFacts?: ModelFacts;
  readonly weightType: WeightType;
  readonly tensorParallel?: number;
  readonly replicasMax?: number;
  readonly reservedCores?: number;
  readonly kvTokensWanted: number;
  /** Of the first replica; the others follow in steps of ten, since old engines take several ports each. */
  readonly portFirst: number;
}

/** What is to be started on a host, and what it costs that it is so. */
export interface Plan {
  readonly kind: 'planned';
  readonly replicas: readonly PlannedReplica[];
  /** CPUs of the gateway, the network cards and the system, on the nodes of the replicas. */
  readonly reservedCpus: readonly CpuRange[];
  /** What would be better and cannot be had, a sentence each. */
  readonly givenUp: readonly string[];
}

/** Why a host can serve nothing of what is wished. */
export interface NoPlan {
  readonly kind: 'impossible';
  readonly reason: string;
}

/** Room for 64 long requests of 8192 tokens: with fewer, reading the weights costs more than the work on them. */
export const KV_TOKENS_WANTED = 524_288;

/** Ports from one replica to the next. */
const PORT_STEP = 10;

/** Decides what to start on a host: the same for the same host, in whatever order its parts are listed. */
export function planHost(host: Host, wish: PlanWish): Plan | NoPlan {
  if (host.gpus.length === 0) return { kind: 'impossible', reason: 'the host has no GPU' };
  const choice = sizeOf(host, wish);
  if (choice.kind === 'impossible') return choice;
  const { replicasMax, reservedCores } = wish;
  const placement = placeReplicas(host, {
    gpusPerReplica: choice.gpus,
    ...(replicasMax !== undefined && { replicasMax }),
    ...(reservedCores !== undefined && { reservedCores }),
    holds: (memoryMib) => isEnough(kvTokens(memoryMib, choice.gpus, wish)),
  });
  if (placement.replicas.length === 0) {
    return {
      kind: 'impossible',
      reason: [`no replica of ${gpusText(choice.gpus)} can be placed`, ...placement.givenUp].join(
        '; ',
      ),
    };
  }
  return {
    kind: 'planned',
    replicas: placement.replicas.map((each) => planned(each, wish, choice.reason)),
    reservedCpus: placement.reservedCpus,
    givenUp: [
      ...choice.givenUp,
      ...placement.givenUp,
      ...reserved(placement),
      ...unequal(placement),
    ],
  };
}

function sizeOf(host: Host, wish: PlanWish): SizeChoice {
  const { modelFacts, tensorParallel, engine, weightType, kvTokensWanted } = wish;
  const usableFor = (ranks: number) => acceleratorsOf(host, ranks).usable;
  if (tensorParallel === undefined) {
    if (modelFacts === undefined) {
      return {
        kind: 'impossible',
        reason: `nothing is known of the model ${wish.model}; say by --tp how many GPUs a replica takes`,
      };
    }
    return chooseSize({ model: modelFacts, weightType, engine, kvTokensWanted }, usableFor);
  }
  if (modelFacts !== undefined && !isDivisibleBy(modelFacts, tensorParallel)) {
    const { attentionHeads, kvHeads } = modelFacts;
    return {
      kind: 'impossible',
      reason: `${wish.model} has ${attentionHeads} attention heads and ${kvHeads} KV heads, which do not divide by ${tensorParallel}`,
    };
  }
  const there = usableFor(tensorParallel).length;
  if (there < tensorParallel) {
    return {
      kind: 'impossible',
      reason: [
        `a replica of ${gpusText(tensorParallel)} is asked for, and ${there} can be used`,
        ...acceleratorsOf(host, tensorParallel).leftOut,
      ].join('; '),
    };
  }
  return {
    kind: 'chosen',
    gpus: tensorParallel,
    reason: `${gpusText(tensorParallel)} as asked for`,
    givenUp: [],
  };
}

function kvTokens(
  memoryMib: number | undefined,
  gpus: number,
  { modelFacts, weightType, engine }: PlanWish,
): number | undefined {
  if (memoryMib === undefined || modelFacts === undefined) return undefined;
  return kvTokensOn(memoryMib, gpus, { model: modelFacts, weightType, engine });
}

function planned(placement: ReplicaPlacement, wish: PlanWish, sizeReason: string): PlannedReplica {
  const { replica, accelerators, numaNodes, cpus, memoryNodes, reasons } = placement;
  const { engine, engineVersion, model, modelFacts, weightType } = wish;
  const port = wish.portFirst + replica * PORT_STEP;
  const gpus = accelerators.map(({ visibleAs }) => visibleAs);
  const memory = accelerators.map(({ memoryMib }) => memoryMib ?? NaN);
  const expected = kvTokens(numberOr(Math.min(...memory)), gpus.length, wish);
  const rankNodes = accelerators.flatMap(({ gpu }) => gpu.numaNode ?? []);
  return {
    id: `${engine.name}-${replica}`,
    engine: engine.name,
    model,
    port,
    gpus,
    numaNodes,
    cpus,
    memoryNodes,
    environment: { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: gpus.join(',') },
    argv: engine.argv({
      model: modelFacts?.source ?? model,
      servedModel: model,
      weightType,
      port,
      tensorParallel: gpus.length,
      ...(engineVersion !== undefined && { version: engineVersion }),
      ...(numaNodes.length > 1 && rankNodes.length === gpus.length && { rankNodes }),
    }),
    ...(expected !== undefined && { kvTokensExpected: expected }),
    reasons: [sizeReason, ...reasons],
  };
}

function numberOr(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

function reserved({ reservedCpus }: Placement): readonly string[] {
  if (reservedCpus.length === 0) return [];
  return [
    `CPUs ${cpuListText(reservedCpus)} are kept for the gateway, the network cards and the system`,
  ];
}

function unequal({ replicas }: Placement): readonly string[] {
  const kinds = new Set(replicas.flatMap(({ accelerators }) => accelerators.map(kindOf)));
  if (kinds.size <= 1) return [];
  return [`replicas are unequal: their GPUs are ${[...kinds].join(', ')}`];
}

function kindOf({ gpu, memoryMib }: ReplicaPlacement['accelerators'][number]): string {
  return memoryMib === undefined ? gpu.name : `${gpu.name} (${memoryMib} MiB)`;
}

function gpusText(gpus: number): string {
  return gpus === 1 ? 'one GPU' : `${gpus} GPUs`;
}
