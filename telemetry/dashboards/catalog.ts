import { benchmark } from './benchmark.ts';
import type { Dashboard } from './dashboard.ts';
import { fleet } from './fleet.ts';
import { gateway } from './gateway.ts';
import { gpuNuma } from './gpu-numa.ts';
import { request } from './request.ts';
import { routing } from './routing.ts';

/** Every dashboard, the one for the pager first. */
export const dashboards: readonly Dashboard[] = [
  fleet,
  request,
  routing,
  gpuNuma,
  benchmark,
  gateway,
];
