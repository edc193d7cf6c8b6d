import { defineConfig } from 'oxlint';

/** Imports by gitignore-style patterns or by a regular expression, and why they are refused. */
type ClosedImports = { readonly message: string } & (
  | { readonly group: string[] }
  | { readonly regex: string }
);

/** Closes a folder except for the named files: the doors of a floor, the face and catalog of a family. */
function closed(folder: string, open: readonly string[], message: string): ClosedImports {
  return { group: [`**/${folder}/**`, ...open.map((file) => `!**/${folder}/${file}.ts`)], message };
}

/** A room that nothing on this floor may enter. */
function above(folder: string): ClosedImports {
  return { group: [`**/${folder}/**`], message: `Imports go down only; ${folder} is not below.` };
}

const tests = above('test');

const routingDoors = closed(
  'routing',
  ['replica', 'request', 'output-lengths', 'fleet', 'admission', 'router', 'policies/catalog'],
  'routing is entered by replica, request, output-lengths, fleet, admission, router and policies/catalog.',
);

const telemetryDoors = closed(
  'telemetry',
  ['telemetry', 'recorder', 'token-timer', 'gap-code', 'semconv', 'gpu/*'],
  'telemetry is entered by telemetry, recorder, token-timer, gap-code, semconv and gpu/*.',
);

const deployDoors = closed(
  'deploy',
  [
    'host',
    'cpu-list',
    'published-host',
    'placement',
    'plan',
    'planned-replica',
    'model-facts',
    'model-table',
    'model-folder',
    'read-host',
    'units/*',
    'engine-commands/engine-command',
    'engine-commands/catalog',
    'launcher',
    'simulator/server',
    // The replay on virtual time drives simulated engines without a socket between.
    'simulator/engine',
    'simulator/simulated-engine',
    'simulator/presets',
    'simulator/clock',
    'simulator/words',
  ],
  'deploy is entered by host, plan and what stands beside it, launcher and the doors of its simulator.',
);

const families = {
  dialects: closed('dialects', ['dialect', 'catalog'], 'Ask the face or the catalog of dialects.'),
  'engine-commands': closed(
    'engine-commands',
    ['engine-command', 'catalog'],
    'Ask the face or the catalog of engine commands.',
  ),
  engines: closed('engines', ['engine', 'catalog'], 'Ask the face or the catalog of engines.'),
  sources: closed('sources', ['source', 'catalog'], 'Ask the face or the catalog of sources.'),
  'wire-formats': closed(
    'wire-formats',
    ['wire-format', 'catalog'],
    'Ask the face or the catalog of wire formats.',
  ),
  stores: closed('stores', ['store', 'catalog'], 'Ask the face or the catalog of stores.'),
};

/** Forbids the given imports on top of what holds for every file. */
function imports(...patterns: ClosedImports[]): ['error', { patterns: ClosedImports[] }] {
  return ['error', { patterns: [tests, ...patterns] }];
}

const gatewayDoors = [routingDoors, telemetryDoors, deployDoors];

/** Every family but the one whose own room it is. */
function familiesBut(own: keyof typeof families): ClosedImports[] {
  return Object.entries(families)
    .filter(([name]) => name !== own)
    .map(([, pattern]) => pattern);
}

/** Every package but lru-cache. (A pattern that opened `../**` would open it against all others too.) */
const packages: ClosedImports = {
  regex: '^([^.l]|l[^r]|lr[^u])',
  message: 'routing is pure: it imports itself and, if wanted, lru-cache.',
};

const handedIn = ['Date', 'performance', 'process', 'console', 'fetch', 'crypto', 'globalThis']
  .concat(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'])
  .map((name) => ({ name, message: 'routing is pure: time, chance and effects are handed in.' }));

const config: ReturnType<typeof defineConfig> = defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  rules: {
    // An array of a known length is made at once.
    'unicorn/no-new-array': 'off',

    // Nothing is lost on the way: promises, failures, cases.
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/return-await': 'error',
    'typescript/switch-exhaustiveness-check': [
      'error',
      { considerDefaultExhaustiveForUnions: true },
    ],
    'typescript/use-unknown-in-catch-callback-variable': 'error',
    'eslint/array-callback-return': 'error',
    'eslint/default-case-last': 'error',
    'eslint/no-constructor-return': 'error',
    'eslint/no-empty': 'error',
    'eslint/no-promise-executor-return': 'error',
    'eslint/no-self-compare': 'error',
    'eslint/preserve-caught-error': 'error',
    'promise/no-multiple-resolved': 'error',

    // Types say what is true.
    'typescript/ban-ts-comment': 'error',
    'typescript/no-deprecated': 'error',
    'typescript/no-empty-object-type': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-invalid-void-type': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-function-type': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/prefer-readonly': 'error',

    // One way to write a thing.
    'typescript/array-type': ['error', { default: 'array' }],
    'typescript/consistent-type-definitions': ['error', 'interface'],
    'typescript/consistent-type-exports': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-import-type-side-effects': 'error',
    'typescript/prefer-nullish-coalescing': 'error',
    'typescript/prefer-optional-chain': 'error',
    'eslint/eqeqeq': 'error',
    'eslint/no-lonely-if': 'error',
    'eslint/no-nested-ternary': 'error',
    'eslint/no-sequences': 'error',
    'eslint/no-useless-return': 'error',
    'eslint/no-var': 'error',
    'eslint/object-shorthand': 'error',
    'eslint/prefer-const': 'error',
    'eslint/prefer-template': 'error',
    'unicorn/error-message': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'unicorn/no-array-for-each': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/throw-new-error': 'error',

    // Modules: named, acyclic, without a side effect.
    'import/first': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'import/no-duplicates': 'error',
    'import/no-mutable-exports': 'error',
    'import/no-unassigned-import': 'error',
    'eslint/no-restricted-imports': imports(),

    // Effects in their rooms: words go out by the command line and the logger, settings come in by the config.
    'eslint/no-console': 'error',
    'node/no-process-env': 'error',
    'unicorn/no-process-exit': 'error',

    // Small enough to read.
    'eslint/max-lines': ['error', { max: 400 }],
    'eslint/max-lines-per-function': ['error', { max: 70 }],
    'eslint/max-depth': ['error', { max: 3 }],
    'eslint/complexity': ['error', { max: 12 }],
  },
  overrides: [
    {
      files: ['routing/**'],
      rules: {
        'eslint/no-restricted-globals': ['error', ...handedIn],
        'eslint/no-restricted-properties': [
          'error',
          { object: 'Math', property: 'random', message: 'routing is pure: chance is handed in.' },
        ],
        'eslint/no-restricted-imports': imports(
          above('gateway'),
          above('deploy'),
          above('telemetry'),
          packages,
        ),
      },
    },
    {
      files: ['telemetry/**'],
      rules: {
        'eslint/no-restricted-imports': imports(
          above('gateway'),
          above('deploy'),
          above('routing'),
        ),
      },
    },
    {
      files: ['deploy/**'],
      rules: {
        'eslint/no-restricted-imports': imports(
          above('gateway'),
          routingDoors,
          telemetryDoors,
          families['engine-commands'],
        ),
      },
    },
    {
      files: ['deploy/engine-commands/**'],
      rules: {
        'eslint/no-restricted-imports': imports(above('gateway'), routingDoors, telemetryDoors),
      },
    },
    {
      files: ['deploy/simulator/**'],
      rules: {
        'eslint/no-restricted-imports': imports(
          above('gateway'),
          above('routing'),
          above('telemetry'),
        ),
      },
    },
    {
      files: ['gateway/**'],
      rules: {
        'eslint/no-restricted-imports': imports(...gatewayDoors, ...Object.values(families)),
      },
    },
    {
      files: ['gateway/dialects/**'],
      rules: {
        'eslint/no-restricted-imports': imports(...gatewayDoors, ...familiesBut('dialects')),
      },
    },
    {
      files: ['gateway/engines/**'],
      rules: {
        'eslint/no-restricted-imports': imports(...gatewayDoors, ...familiesBut('engines')),
      },
    },
    {
      files: ['gateway/discovery/sources/**'],
      rules: {
        'eslint/no-restricted-imports': imports(...gatewayDoors, ...familiesBut('sources')),
      },
    },
    {
      files: ['gateway/replay/wire-formats/**'],
      rules: {
        'eslint/no-restricted-imports': imports(...gatewayDoors, ...familiesBut('wire-formats')),
      },
    },
    {
      files: ['gateway/stores/**'],
      rules: {
        'eslint/no-restricted-imports': imports(...gatewayDoors, ...familiesBut('stores')),
      },
    },
    {
      // The one composer knows concrete members.
      files: ['gateway/house.ts'],
      rules: { 'eslint/no-restricted-imports': imports(...gatewayDoors) },
    },
    {
      files: ['gateway/bin.ts', 'gateway/main.ts', 'gateway/cli/**'],
      rules: { 'node/no-process-env': 'off', 'unicorn/no-process-exit': 'off' },
    },
    {
      // Version 2 of the dashboard model is taken by Grafana 12 behind a feature toggle only; version 1 by all.
      files: ['telemetry/dashboards/draw-dashboard.ts'],
      rules: { 'typescript/no-deprecated': 'off' },
    },
    {
      // One list of every name, whatever its length: who looks for a name, or for a free one, looks here alone.
      files: ['telemetry/semconv.ts'],
      rules: { 'eslint/max-lines': 'off' },
    },
    {
      files: ['test/**'],
      plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
      rules: {
        'eslint/no-restricted-imports': 'off',
        'eslint/no-console': 'off',
        'node/no-process-env': 'off',
        'eslint/max-lines': 'off',
        'eslint/max-lines-per-function': 'off',
        'eslint/complexity': 'off',
        'eslint/no-promise-executor-return': 'off',
        'typescript/unbound-method': 'off',
        // What a socket or a JSON text holds is judged by the expectation that reads it.
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-member-access': 'off',
        // Laws stand inside fc.assert, and shared expectations in functions of their own.
        'vitest/expect-expect': [
          'error',
          { assertFunctionNames: ['expect', 'expect*', 'fc.assert', 'assert*'] },
        ],
        'vitest/no-conditional-expect': 'off',
        'vitest/no-standalone-expect': 'off',
        'vitest/consistent-test-it': ['error', { fn: 'it', withinDescribe: 'it' }],
        'vitest/no-focused-tests': 'error',
        'vitest/no-identical-title': 'error',
        'vitest/no-import-node-test': 'error',
        'vitest/valid-title': ['error', { disallowedWords: ['should', 'works'] }],
      },
    },
    {
      // Plain scripts for any Node, which no type describes.
      files: ['.ci/**'],
      plugins: ['eslint', 'unicorn', 'oxc', 'import', 'promise', 'node'],
      rules: { 'node/no-process-env': 'off', 'unicorn/no-process-exit': 'off' },
    },
    {
      files: ['*.config.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
  ],
});

export default config;
