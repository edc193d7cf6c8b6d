import type { EngineCommand } from './engine-commands/engine-command.ts';
import type { ModelFacts, WeightType } from './model-facts.ts';
import { isDivisibleBy, kvBytesPerToken, weightBytes } from './model-facts.ts';
import type { Accelerator } from './placement/accelerators.ts';

/** What the size of a replica is chosen by. */
export interface SizeWish {
  readonly model: ModelFacts;
  readonly weightType: WeightType;
  readonly engine: EngineCommand;
  /** Tokens that the KV cache of a replica is to hold. */
  readonly kvTokensWanted: number;
}

/** How many GPUs a replica takes, and why; or why there can be no replica. */
export type SizeChoice =
  | {
      readonly kind: 'chosen';
      readonly gpus: number;
      readonly reason: string;
      readonly givenUp: readonly string[];
    }
  | { readonly kind: 'impossible'; readonly reason: string };

/** One long request: a replica that cannot hold it serves nobody. */
const KV_TOKENS_MIN = 8192;

/** The least share of the wanted tokens for which a replica stays on one node rather than cross. */
const KV_SHARE_MIN = 1 / 4;

const MIB = 2 ** 20;

/**
 * Tokens that the KV cache of a replica holds whose smallest GPU has so much memory: negative where the weights do
 * not fit, `undefined` where the engine's cache does not follow from the memory.
 */
export function kvTokensOn(
  memoryMib: number,
  gpus: number,
  { model, weightType, engine }: Omit<SizeWish, 'kvTokensWanted'>,
): number | undefined {
  if (engine.memoryShare === undefined) return undefined;
  const filled = memoryMib * MIB * engine.memoryShare(gpus) - engine.workspaceBytes;
  const left = filled - weightBytes(model, weightType) / gpus;
  return Math.floor(left / kvBytesPerToken(model, gpus));
}

/**
 * The fewest GPUs that hold weights and wanted KV cache on one node. Failing that the most of one node that hold at
 * least a quarter of it, and only then GPUs of several nodes. `usableFor` tells the accelerators for so many ranks.
 */
export function chooseSize(
  wish: SizeWish,
  usableFor: (ranks: number) => readonly Accelerator[],
): SizeChoice {
  const sizes = sizesOf(wish, usableFor);
  const wanted = Math.max(wish.kvTokensWanted, KV_TOKENS_MIN);
  const least = Math.max(wanted * KV_SHARE_MIN, KV_TOKENS_MIN);
  const onNode = sizes.filter(({ kvOnNode }) => kvOnNode >= least);
  const best =
    sizes.find(({ kvOnNode }) => kvOnNode >= wanted) ??
    onNode.at(-1) ??
    sizes.find(({ kvAnywhere }) => kvAnywhere >= wanted) ??
    sizes.findLast(({ kvAnywhere }) => kvAnywhere >= KV_TOKENS_MIN);
  if (best === undefined) return { kind: 'impossible', reason: whyNone(wish, usableFor(1)) };
  const kvTokens = onNode.includes(best) ? best.kvOnNode : best.kvAnywhere;
  const smaller = sizes[sizes.indexOf(best) - 1];
  return {
    kind: 'chosen',
    gpus: best.gpus,
    reason: sizeReason(best.gpus, wish, smaller),
    givenUp:
      kvTokens >= wanted
        ? []
        : [`a replica's KV cache holds ${count(kvTokens)} tokens, not the ${count(wanted)} wanted`],
  };
}

/** Whether so many tokens of KV cache are enough to serve anybody; what is not known is hoped for. */
export function isEnough(kvTokens: number | undefined): boolean {
  return kvTokens === undefined || kvTokens >= KV_TOKENS_MIN;
}

/** Gigabytes for people, one digit after the point. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

interface Size {
  readonly gpus: number;
  readonly kvOnNode: number;
  readonly kvAnywhere: number;
}

function sizesOf(
  wish: SizeWish,
  usableFor: (ranks: number) => readonly Accelerator[],
): readonly Size[] {
  return usableFor(1).flatMap((_, place): Size[] => {
    const gpus = place + 1;
    if (!isDivisibleBy(wish.model, gpus)) return [];
    const usable = usableFor(gpus);
    const byNode = [...Map.groupBy(usable, ({ gpu }) => gpu.numaNode).values()];
    return [
      {
        gpus,
        kvOnNode: Math.max(...byNode.map((those) => kvTokensAmong(those, gpus, wish)), -Infinity),
        kvAnywhere: kvTokensAmong(usable, gpus, wish),
      },
    ];
  });
}

/** Tokens of a replica on the largest of these; -Infinity where they are too few or their memory is not known. */
function kvTokensAmong(those: readonly Accelerator[], gpus: number, wish: SizeWish): number {
  const memory = those.map(({ memoryMib = 0 }) => memoryMib).toSorted((one, other) => other - one);
  const least = memory[gpus - 1] ?? 0;
  return least === 0 ? -Infinity : (kvTokensOn(least, gpus, wish) ?? -Infinity);
}

function sizeReason(gpus: number, wish: SizeWish, smaller: Size | undefined): string {
  const share = gigabytes(weightBytes(wish.model, wish.weightType) / gpus);
  const size = gpus === 1 ? 'one GPU' : `tensor parallel ${gpus}`;
  const text = `${size}: the weights take ${share} of each GPU`;
  if (smaller === undefined) return text;
  const fewer = smaller.gpus === 1 ? '1 GPU' : `${smaller.gpus} GPUs`;
  return smaller.kvAnywhere >= KV_TOKENS_MIN
    ? `${text}; ${fewer} would leave a KV cache of ${count(smaller.kvAnywhere)} tokens`
    : `${text}; with a KV cache they do not fit on ${fewer}`;
}

function whyNone({ model, weightType, engine }: SizeWish, usable: readonly Accelerator[]): string {
  if (
    engine.memoryShare === undefined ||
    usable.every(({ memoryMib }) => memoryMib === undefined)
  ) {
    return `the memory that ${engine.name} would have is not known; say by --tp how many GPUs a replica takes`;
  }
  const memory = usable.reduce((sum, { memoryMib = 0 }) => sum + memoryMib * MIB, 0);
  return `${model.source} does not fit: its weights take ${gigabytes(weightBytes(model, weightType))} as ${weightType}, and the ${usable.length} usable GPUs have ${gigabytes(memory)} in all, some of which the engine needs; take a smaller type or model`;
}

function count(tokens: number): string {
  return tokens.toLocaleString('en-US');
}
