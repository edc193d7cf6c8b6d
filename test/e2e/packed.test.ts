import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../support/source-tree.ts';

const run = promisify(execFile);

/** Building, packing and installing take most of it; the registry is asked only for what no cache holds. */
const INSTALL_MS_MAX = 180_000;

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>
  >;
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(root, path), 'utf8'));
}

/** A lock that installs the tarball with the very packages that everything else is tested with. */
async function lockOf(tarball: string, manifest: Manifest): Promise<object> {
  const { packages } = (await readJson('package-lock.json')) as Lock;
  const { version, bin, dependencies, engines } = manifest;
  const kept = Object.entries(packages).filter(
    ([path, entry]) => path !== '' && entry.dev !== true && entry.devOptional !== true,
  );
  return {
    name: 'empty',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'empty', dependencies: { numagate: `file:${tarball}` } },
      'node_modules/numagate': { version, resolved: `file:${tarball}`, bin, dependencies, engines },
      ...Object.fromEntries(kept),
    },
  };
}

describe('the packed command', () => {
  let folder: string;
  let manifest: Manifest;
  let packed: Packed;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'numagate-packed-'));
    manifest = (await readJson('package.json')) as Manifest;
    packed = await pack();
    const dependencies = { numagate: `file:${packed.filename}` };
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'empty', dependencies }));
    const lock = await lockOf(packed.filename, manifest);
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
    await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder });
  }, INSTALL_MS_MAX);

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function pack(): Promise<Packed> {
    const args = ['pack', '--json', '--foreground-scripts=false', '--pack-destination', folder];
    const { stdout } = await run('npm', args, { cwd: root, maxBuffer: 16_000_000 });
    const [first] = Object.values(JSON.parse(stdout) as Packed[] | Record<string, Packed>);
    expect(first).toBeDefined();
    return first as Packed;
  }

  function bin(name: string): string {
    return join(folder, 'node_modules/.bin', name);
  }

  it('holds what runs and what explains it, and nothing else', () => {
    const others = packed.files
      .map(({ path }) => path)
      .filter((path) => !/^dist\/(?:gateway|deploy|routing|telemetry)\/.*\.js$/.test(path))
      .filter((path) => !/^dist\/gateway\/server\/live\/page\/[a-z]+\.(?:html|css|svg)$/.test(path))
      .filter((path) => !/^deploy\/(?:grafana|kubernetes|prometheus|systemd)\//.test(path));

    expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'deploy/README.md', 'package.json']);
  });

  it('names no file by the ending that it had as a source', async () => {
    const dist = join(folder, 'node_modules/numagate/dist');
    const files = await readdir(dist, { recursive: true, withFileTypes: true });
    const naming = [];
    for (const file of files.filter((entry) => entry.isFile())) {
      const text = await readFile(join(file.parentPath, file.name), 'utf8');
      if (/\/[\w-]+\.ts['"`]/.test(text.replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, '')))
        naming.push(file.name);
    }

    expect(naming).toEqual([]);
  });

  it('is started by npx and tells its version', async () => {
    const { stdout } = await run('npx', ['--no-install', 'numagate', '--version'], { cwd: folder });

    expect(stdout.trim()).toBe(manifest.version);
  });

  it.each([[['--help']], [['serve', '--help']], [['simulate', '--help']], [['replay', '--help']]])(
    'explains itself: gateway %j',
    async (words) => {
      const { stdout } = await run(bin('gateway'), words, { cwd: folder });

      expect(stdout).toMatch(/^Usage: gateway/);
    },
  );

  it('simulates a replica, answers, and leaves on SIGTERM', async () => {
    const words = ['simulate', '--preset', 'sglang-0.2.14-8xh100-tp8', '--port', '0', '--json'];
    const child = spawn(bin('gateway'), words, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { url } = JSON.parse(line) as { readonly url: string };

    const answer = await fetch(`${url}/health`);
    child.kill('SIGINT');

    expect(answer.status).toBe(200);
    expect(await ended).toEqual([0, null]);
  });

  it('serves the live page with its modules, without a build on the way', async () => {
    const words = ['serve', '--replica', 'http://127.0.0.1:1', '--port', '0', '--admin-port', '0'];
    const child = spawn(bin('gateway'), [...words, '--json', '--log-level', 'silent'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { adminUrl } = JSON.parse(line) as { readonly adminUrl: string };
    const paths = ['ui', 'ui/main', 'ui/style.css', 'ui/icon.svg', 'ui/model/request-board.js'];

    const answers = await Promise.all(paths.map((path) => fetch(`${adminUrl}/admin/${path}`)));
    child.kill('SIGTERM');
    await ended;

    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    expect(await answers[1]?.text()).toContain("from './model/request-board.js'");
  });

  it('says in one sentence which Node it needs when it is started by an old one', async (context) => {
    const old = await oldNode();
    if (old === undefined) return context.skip('this machine has no Node older than 22.19');

    const failure = await run(old, [bin('gateway'), '--version']).then(
      () => undefined,
      (error: unknown) =>
        error as { readonly code: number; readonly stdout: string; readonly stderr: string },
    );

    expect(failure?.code).toBe(1);
    expect(failure?.stdout).toBe('');
    expect(failure?.stderr.trim().split('\n')).toHaveLength(1);
    expect(failure?.stderr).toContain('22.19');
  });

  /** A Node on the PATH that this package does not run on, if there is one. */
  async function oldNode(): Promise<string | undefined> {
    for (const place of (process.env['PATH'] ?? '').split(delimiter)) {
      const node = join(place, 'node');
      const version = await run(node, ['--version']).then(
        ({ stdout }) => stdout.slice(1).split('.').map(Number),
        () => undefined,
      );
      const [major = 0, minor = 0] = version ?? [99];
      if (major < 22 || (major === 22 && minor < 19)) return node;
    }
    return undefined;
  }
});
