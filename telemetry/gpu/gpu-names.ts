/** A GPU as a word of `CUDA_VISIBLE_DEVICES` may mean it. */
export interface NamedGpu {
  readonly index: number;
  readonly uuid: string;
  readonly migUuids: readonly string[];
}

/**
 * Whether a word of `CUDA_VISIBLE_DEVICES` means this GPU or a part of it: an index (by bus, as nvidia-smi counts), a
 * UUID or the beginning of one, or a MIG device of it by either of CUDA's spellings.
 */
export function meansGpu(word: string, { index, uuid, migUuids }: NamedGpu): boolean {
  if (/^\d+$/u.test(word)) return Number(word) === index;
  if (word.startsWith('MIG-GPU-')) return word.slice('MIG-'.length).startsWith(`${uuid}/`);
  if (word.startsWith('MIG-')) return migUuids.includes(word);
  return /^GPU-./u.test(word) && uuid.startsWith(word);
}
