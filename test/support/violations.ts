/** One break of a house rule: what it is, the file that commits it, and the rule of the linter that answers. */
export interface Violation {
  readonly what: string;
  readonly path: string;
  readonly text: string;
  readonly rule: string;
}

/** What breaks a rule, the file, and the file's lines. */
type Broken = readonly [what: string, path: string, ...lines: readonly string[]];

function breaking(rule: string, ...broken: readonly Broken[]): Violation[] {
  return broken.map(([what, path, ...lines]) => ({
    what,
    path,
    text: `${lines.join('\n')}\n`,
    rule,
  }));
}

function repeated(count: number, line: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => line(index));
}

/** At least one break of every rule that the linter keeps for the house. */
export const violations: readonly Violation[] = [
  ...breaking(
    'eslint(no-restricted-imports)',
    [
      'routing that looks up',
      'routing/up.ts',
      `export { systemClock } from '../gateway/clock.ts';`,
    ],
    [
      'routing that looks up for a type',
      'routing/up-for-a-type.ts',
      `import type { Clock } from '../gateway/clock.ts';`,
      'export type Held = Clock;',
    ],
    [
      'routing that looks up at run time',
      'routing/up-at-run-time.ts',
      `export const held: Promise<object> = import('../gateway/clock.ts');`,
    ],
    [
      'routing that looks up from a folder below',
      'routing/policies/costs/up.ts',
      `export { systemClock } from '../../../gateway/clock.ts';`,
    ],
    ['a package in routing', 'routing/package.ts', `export { z } from 'zod';`],
    ['a module of Node in routing', 'routing/node.ts', `export { readFileSync } from 'node:fs';`],
    [
      'telemetry that looks up',
      'telemetry/up.ts',
      `export { systemClock } from '../gateway/clock.ts';`,
    ],
    [
      'telemetry that knows replicas',
      'telemetry/aside.ts',
      `export type { ReplicaId } from '../routing/replica.ts';`,
    ],
    ['deploy that looks up', 'deploy/up.ts', `export { systemClock } from '../gateway/clock.ts';`],
    [
      'a simulator that knows the gateway',
      'deploy/simulator/up.ts',
      `export { systemClock } from '../../gateway/clock.ts';`,
    ],
    [
      'a simulator that knows the router',
      'deploy/simulator/down.ts',
      `export type { ReplicaId } from '../../routing/replica.ts';`,
    ],
    [
      'a simulator that knows telemetry',
      'deploy/simulator/timed.ts',
      `export type { TokenTiming } from '../../telemetry/token-timer.ts';`,
    ],
    [
      'a source that knows a test',
      'gateway/tested.ts',
      `export { root } from '../test/support/source-tree.ts';`,
    ],
    [
      'a way into routing beside its doors',
      'gateway/by-the-window.ts',
      `export { KvForecast } from '../routing/structures/kv-forecast.ts';`,
    ],
    [
      'a way into a policy beside the catalog',
      'gateway/pipeline/by-the-window.ts',
      `export { inFlight } from '../../routing/policies/costs/in-flight.ts';`,
    ],
    [
      'a way into telemetry beside its doors',
      'gateway/by-the-chimney.ts',
      `export { Histogram } from '../telemetry/histogram.ts';`,
    ],
    [
      'a way into deploy beside its doors',
      'gateway/by-the-cellar.ts',
      `export { StepLoop } from '../deploy/simulator/step-loop.ts';`,
    ],
    [
      'a room that names a dialect',
      'gateway/server/named-dialect.ts',
      `export { openAiChat } from '../dialects/openai-chat.ts';`,
    ],
    [
      'a room that names an engine',
      'gateway/pipeline/named-engine.ts',
      `export { openAiHttp } from '../engines/openai-http.ts';`,
    ],
    [
      'a room that names a source of replicas',
      'gateway/discovery/named-source.ts',
      `export { fixed } from './sources/fixed.ts';`,
    ],
    [
      'a dialect that names an engine',
      'gateway/dialects/named-engine.ts',
      `export { openAiHttp } from '../engines/openai-http.ts';`,
    ],
    [
      'an engine that names a dialect',
      'gateway/engines/named-dialect.ts',
      `export { openAiChat } from '../dialects/openai-chat.ts';`,
    ],
  ),
  ...breaking(
    'eslint(no-restricted-globals)',
    ['a calendar in routing', 'routing/calendar.ts', 'export const atMs: number = Date.now();'],
    ['a clock in routing', 'routing/clock.ts', 'export const atMs: number = performance.now();'],
    [
      'a timer in routing',
      'routing/timer.ts',
      'export const timer: unknown = setTimeout(() => 1, 5);',
    ],
    [
      'a setting read in routing',
      'routing/setting.ts',
      `export const on: unknown = process.env['ON'];`,
    ],
    [
      'a request made in routing',
      'routing/request-made.ts',
      `export const got: unknown = fetch('/');`,
    ],
    [
      'a global by a detour in routing',
      'routing/detour.ts',
      'export const all: unknown = globalThis;',
    ],
    ['a log line in routing', 'routing/log.ts', `console.log('decided');`, 'export {};'],
  ),
  ...breaking('eslint(no-restricted-properties)', [
    'chance in routing',
    'routing/chance.ts',
    'export const chance: number = Math.random();',
  ]),
  ...breaking('eslint(no-console)', [
    'a word past the logger',
    'gateway/loud.ts',
    `console.log('started');`,
    'export {};',
  ]),
  ...breaking('node(no-process-env)', [
    'a setting past the config',
    'gateway/setting.ts',
    `export const on: unknown = process.env['ON'];`,
  ]),
  ...breaking('unicorn(no-process-exit)', [
    'a room that ends the process',
    'gateway/exit.ts',
    'export const stop = (): never => process.exit(1);',
  ]),
  ...breaking(
    'import(no-cycle)',
    [
      'a circle',
      'gateway/hen.ts',
      `import { egg } from './egg.ts';`,
      'export const hen = (): number => egg() + 1;',
    ],
    [
      'the other half of the circle',
      'gateway/egg.ts',
      `import { hen } from './hen.ts';`,
      'export const egg = (): number => hen() + 1;',
    ],
    [
      'a circle of types',
      'gateway/hen-type.ts',
      `import type { Egg } from './egg-type.ts';`,
      'export interface Hen {',
      '  readonly from: Egg;',
      '}',
    ],
    [
      'the other half of the circle of types',
      'gateway/egg-type.ts',
      `import type { Hen } from './hen-type.ts';`,
      'export interface Egg {',
      '  readonly from: Hen;',
      '}',
    ],
  ),
  ...breaking('import(no-unassigned-import)', [
    'an import for its side effect',
    'gateway/side-effect.ts',
    `import './clock.ts';`,
    'export {};',
  ]),
  ...breaking('import(no-default-export)', [
    'a default export',
    'gateway/default.ts',
    'const one = 1;',
    'export default one;',
  ]),
  ...breaking('typescript(no-floating-promises)', [
    'a promise left alone',
    'gateway/floating.ts',
    'export function start(): void {',
    '  Promise.resolve(1);',
    '}',
  ]),
  ...breaking('typescript(no-misused-promises)', [
    'a promise taken for its value',
    'gateway/misused.ts',
    'export const kept: unknown = [1].filter(async () => Promise.resolve(true));',
  ]),
  ...breaking('typescript(switch-exhaustiveness-check)', [
    'a case forgotten',
    'gateway/forgotten.ts',
    `export function first(word: 'a' | 'b'): number {`,
    '  switch (word) {',
    `    case 'a':`,
    '      return 1;',
    '  }',
    '  return 0;',
    '}',
  ]),
  ...breaking('typescript(only-throw-error)', [
    'something thrown that is no error',
    'gateway/thrown.ts',
    'export function fail(): never {',
    `  throw 'failed';`,
    '}',
  ]),
  ...breaking('eslint(preserve-caught-error)', [
    'a failure wrapped without its cause',
    'gateway/causeless.ts',
    'export function read(text: string): unknown {',
    '  try {',
    '    return JSON.parse(text);',
    '  } catch (error) {',
    `    throw new Error('unreadable');`,
    '  }',
    '}',
  ]),
  ...breaking('eslint(no-empty)', [
    'a failure swallowed',
    'gateway/swallowed.ts',
    'export function read(text: string): void {',
    '  try {',
    '    JSON.parse(text);',
    '  } catch {}',
    '}',
  ]),
  ...breaking('typescript(no-explicit-any)', [
    'an any',
    'gateway/any.ts',
    'export const held: any = 1;',
  ]),
  ...breaking('typescript(no-non-null-assertion)', [
    'a value that is insisted on',
    'gateway/insisted.ts',
    'export const first = (list: string[]): string => list[0]!;',
  ]),
  ...breaking('typescript(consistent-type-imports)', [
    'a type imported as a value',
    'gateway/type-as-value.ts',
    `import { Clock } from './clock.ts';`,
    'export const held: Clock | undefined = undefined;',
  ]),
  ...breaking('unicorn(filename-case)', [
    'a file not in kebab-case',
    'gateway/plantedFile.ts',
    'export const one = 1;',
  ]),
  ...breaking('eslint(max-lines)', [
    'a file of 401 lines',
    'gateway/long-file.ts',
    ...repeated(401, (line) => `export const line${line} = 1;`),
  ]),
  ...breaking('eslint(max-lines-per-function)', [
    'a function of 71 lines',
    'gateway/long-function.ts',
    'export function sum(): number {',
    '  let total = 0;',
    ...repeated(67, () => '  total += 1;'),
    '  return total;',
    '}',
  ]),
  ...breaking('eslint(max-depth)', [
    'a fourth level',
    'gateway/deep.ts',
    'export function deep(is: boolean): number {',
    '  if (is) {',
    '    for (;;) {',
    '      while (is) {',
    '        if (is) return 1;',
    '      }',
    '    }',
    '  }',
    '  return 2;',
    '}',
  ]),
  ...breaking('eslint(complexity)', [
    'thirteen ways through a function',
    'gateway/ways.ts',
    'export function ways(n: number): number {',
    ...repeated(12, (way) => `  if (n === ${way}) return ${way + 100};`),
    '  return n;',
    '}',
  ]),
  ...breaking('vitest(no-focused-tests)', [
    'a test left focused',
    'test/gateway/focused.test.ts',
    `import { expect, it } from 'vitest';`,
    `it.only('counts', () => {`,
    '  expect(1).toBe(1);',
    '});',
  ]),
  ...breaking('vitest(expect-expect)', [
    'a test that expects nothing',
    'test/gateway/expectless.test.ts',
    `import { it } from 'vitest';`,
    `it('counts', () => {});`,
  ]),
  ...breaking('vitest(valid-title)', [
    'a title that says should',
    'test/gateway/titled.test.ts',
    `import { expect, it } from 'vitest';`,
    `it('should count', () => {`,
    '  expect(1).toBe(1);',
    '});',
  ]),
];

/** What stands exactly at a limit of the house, and is fine. */
export const atTheLimit: readonly Violation[] = [
  ...breaking('eslint(max-lines)', [
    'a file of 400 lines',
    'gateway/full-file.ts',
    ...repeated(400, (line) => `export const line${line} = 1;`),
  ]),
  ...breaking('eslint(max-lines-per-function)', [
    'a function of 70 lines',
    'gateway/full-function.ts',
    'export function sum(): number {',
    '  let total = 0;',
    ...repeated(66, () => '  total += 1;'),
    '  return total;',
    '}',
  ]),
  ...breaking('eslint(max-depth)', [
    'a third level',
    'gateway/less-deep.ts',
    'export function deep(is: boolean): number {',
    '  if (is) {',
    '    for (;;) {',
    '      if (is) return 1;',
    '    }',
    '  }',
    '  return 2;',
    '}',
  ]),
  ...breaking('eslint(complexity)', [
    'twelve ways through a function',
    'gateway/fewer-ways.ts',
    'export function ways(n: number): number {',
    ...repeated(11, (way) => `  if (n === ${way}) return ${way + 100};`),
    '  return n;',
    '}',
  ]),
  ...breaking(
    'eslint(no-restricted-imports)',
    ['routing that uses lru-cache', 'routing/cache.ts', `export { LRUCache } from 'lru-cache';`],
    [
      'a gateway that enters by the doors',
      'gateway/doors.ts',
      `export type { ReplicaId } from '../routing/replica.ts';`,
      `export { createPolicy } from '../routing/policies/catalog.ts';`,
      `export type { TokenTiming } from '../telemetry/token-timer.ts';`,
      `export { findPreset } from '../deploy/simulator/presets.ts';`,
      `export { dialects } from './dialects/catalog.ts';`,
      `export type { Dialect } from './dialects/dialect.ts';`,
    ],
    [
      'a composer that knows a member',
      'gateway/house.ts',
      `export { openAiChat } from './dialects/openai-chat.ts';`,
    ],
  ),
];
