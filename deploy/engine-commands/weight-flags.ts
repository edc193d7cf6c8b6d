import type { WeightType } from '../model-facts.ts';

/**
 * The flags that vLLM and SGLang share for the type of the weights. Checkpoints of 4 and 8 bit integers tell the
 * engine themselves what they are.
 */
export function weightFlags(type: WeightType | undefined): readonly string[] {
  switch (type) {
    case 'fp8':
      return ['--quantization', 'fp8'];
    case 'bf16':
      return ['--dtype', 'bfloat16'];
    case 'fp16':
      return ['--dtype', 'float16'];
    case 'int8':
    case 'int4':
    case undefined:
      return [];
  }
}
