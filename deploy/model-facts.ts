/** What a plan has to know of a model. */
export interface ModelFacts {
  /** Where engines find it: a repository, or a folder. */
  readonly source: string;
  /** Bytes of the weights as they are stored; absent where they follow from the parameters and the type. */
  readonly weightBytes?: number;
  readonly parameters?: number;
  readonly layers: number;
  readonly attentionHeads: number;
  readonly kvHeads: number;
  readonly headDimension: number;
}

/** The types of weights that a plan can reckon with. */
export type WeightType = keyof typeof bytesPerParameter;

/** What a parameter takes; four bits come with scales. */
const bytesPerParameter = { bf16: 2, fp16: 2, fp8: 1, int8: 1, int4: 0.5625 } as const;

/** Every type of weights, in the order of their size. */
export const weightTypes = Object.keys(bytesPerParameter) as readonly WeightType[];

/** Keys and values stay in 16 bits, as engines keep them unless told otherwise. */
const KV_BYTES = 2;

/** The weights of the whole model; 0 where nothing tells how large it is. */
export function weightBytes(model: ModelFacts, type: WeightType): number {
  return model.weightBytes ?? (model.parameters ?? 0) * bytesPerParameter[type];
}

/** What one token takes of the KV cache on each of so many GPUs. Where there are more GPUs than KV heads, heads are copied. */
export function kvBytesPerToken(model: ModelFacts, gpus: number): number {
  const { layers, kvHeads, headDimension } = model;
  return 2 * layers * Math.max(1, kvHeads / gpus) * headDimension * KV_BYTES;
}

/** Whether a model can be cut into so many equal parts: its heads must come out whole. */
export function isDivisibleBy({ attentionHeads, kvHeads }: ModelFacts, gpus: number): boolean {
  return attentionHeads % gpus === 0 && (kvHeads % gpus === 0 || gpus % kvHeads === 0);
}
