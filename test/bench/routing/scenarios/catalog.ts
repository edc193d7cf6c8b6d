import type { Line, Size } from '../line.ts';
import { burstLines } from './burst.ts';
import { heavyTailLines } from './heavy-tail.ts';
import { herdLines } from './herd.ts';
import { othersLines } from './others.ts';
import { sharedPrefixLines } from './shared-prefix.ts';
import { steadyLines } from './steady.ts';
import { tenantLines } from './tenants.ts';
import { unequalLines } from './unequal.ts';

/** Every line of every scenario, in order. */
export function allLines(size: Size): readonly Line[] {
  return [
    ...burstLines(),
    ...steadyLines(size),
    ...unequalLines(size),
    ...heavyTailLines(size),
    ...sharedPrefixLines(size),
    ...herdLines(),
    ...tenantLines(),
    ...othersLines(size),
  ];
}
