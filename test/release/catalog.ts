import type { Part } from './part.ts';
import { bodies } from './parts/bodies.ts';
import { core } from './parts/core.ts';
import { disconnect } from './parts/disconnect.ts';
import { heldLoad } from './parts/held-load.ts';
import { hostile } from './parts/hostile.ts';
import { killMatrix } from './parts/kill-matrix.ts';
import { kills } from './parts/kills.ts';
import { overload } from './parts/overload.ts';
import { reload } from './parts/reload.ts';
import { resumeStorm } from './parts/resume-storm.ts';
import { retryStorm } from './parts/retry-storm.ts';
import { rollingRestarts } from './parts/rolling-restarts.ts';
import { slowReaders } from './parts/slow-readers.ts';
import { soak } from './parts/soak.ts';
import { sse } from './parts/sse.ts';

/** Every part, in the order in which they are played. */
export const parts: readonly Part[] = [
  core,
  killMatrix,
  resumeStorm,
  kills,
  retryStorm,
  disconnect,
  overload,
  soak,
  heldLoad,
  rollingRestarts,
  slowReaders,
  reload,
  sse,
  bodies,
  hostile,
];
