import type { Preset } from '../presets.ts';
import type { Protocol } from './protocol.ts';
import { sglang02 } from './sglang-0-2.ts';
import { sglangCurrent } from './sglang-current.ts';
import { vllm05 } from './vllm-0-5.ts';
import { vllmCurrent } from './vllm-current.ts';

/** Every engine version that a simulated replica can speak as. */
export const protocols: readonly Protocol[] = [sglang02, sglangCurrent, vllm05, vllmCurrent];

/** The protocol of a preset's engine and version. */
export function findProtocol({
  engine,
  engineVersion,
}: Pick<Preset, 'engine' | 'engineVersion'>): Protocol {
  const isOld = engineVersion === '0.2.14' || engineVersion === '0.5.5';
  if (engine === 'sglang') return isOld ? sglang02 : sglangCurrent;
  return isOld ? vllm05 : vllmCurrent;
}
