import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const scripts = fileURLToPath(new URL('../../.ci', import.meta.url));

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** The start scripts in a folder of their own, with stand-ins for npm and for every tool. */
class Clone {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  static async make({ installed = true } = {}): Promise<Clone> {
    const clone = new Clone(await mkdtemp(join(tmpdir(), 'numagate-clone-')));
    folders.push(clone.root);
    for (const name of ['start.mjs', 'setup.mjs', 'steps.mjs', 'processes.mjs']) {
      await clone.write(`.ci/${name}`, await readFile(join(scripts, name), 'utf8'));
    }
    await clone.write('package-lock.json', '{"lock":"packages"}');
    await clone.write('.ci/toolchain/package-lock.json', '{"lock":"toolchain"}');
    for (const tool of ['oxfmt', 'oxlint', 'tsc', 'knip', 'vitest']) await clone.tool(tool, 'true');
    if (installed) await clone.write('node_modules/.installed-lock', sha256('{"lock":"packages"}'));
    return clone;
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.root, path)), { recursive: true });
    await writeFile(join(this.root, path), text);
  }

  /** A shell script in place of a tool of `node_modules/.bin`. */
  async tool(name: string, script: string): Promise<void> {
    await this.#script(`node_modules/.bin/${name}`, script);
  }

  /** What `npm` does in place of reaching a registry. */
  async npm(script: string): Promise<void> {
    await this.#script('bin/npm', script);
  }

  async #script(path: string, script: string): Promise<void> {
    await this.write(path, `#!/bin/sh\n${script}\n`);
    await chmod(join(this.root, path), 0o755);
  }

  start(args: readonly string[], { version = '24.21.0', platform = 'linux' } = {}): Run {
    const machine =
      `Object.defineProperty(process, 'version', { value: 'v${version}' });` +
      `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });` +
      `Object.defineProperty(process, 'platform', { value: '${platform}' });` +
      `Object.defineProperty(process, 'arch', { value: 'x64' });`;
    const { npm_execpath: _, ...env } = process.env;
    const child = spawn(
      process.execPath,
      ['--import', `data:text/javascript,${machine}`, join(this.root, '.ci', 'start.mjs'), ...args],
      { env: { ...env, PATH: `${join(this.root, 'bin')}:${env['PATH'] ?? ''}` }, stdio: 'pipe' },
    );
    return new Run(child);
  }
}

/** One run of the start script. */
class Run {
  readonly child: ChildProcess;
  output = '';
  stdout = '';
  readonly #ended: Promise<unknown[]>;

  constructor(child: ChildProcess) {
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    child.stdout?.on('data', (text: string) => (this.stdout += text));
    this.#ended = once(child, 'close');
  }

  /** Resolves when the output holds `text`. */
  async says(text: string): Promise<void> {
    while (!this.output.includes(text)) await once(this.child.stdout ?? this.child, 'data');
  }

  async ends(): Promise<{ code: unknown; output: string }> {
    const [code] = await this.#ended;
    return { code, output: this.output };
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('setting up', () => {
  it('installs nothing when the packages are those of the lockfile', async () => {
    const clone = await Clone.make();
    await clone.npm('echo npm was called; exit 1');

    const { code, output } = await clone.start(['--', 'echo', 'ready']).ends();

    expect({ code, output }).toEqual({ code: 0, output: 'ready\n' });
  });

  it('installs the packages in a bare clone and says so', async () => {
    const clone = await Clone.make({ installed: false });
    await clone.npm(`echo "$@" > "${clone.root}/npm-args"`);

    const { code, output } = await clone.start(['--', 'echo', 'ready']).ends();

    expect(code).toBe(0);
    expect(output).toMatch(/^Installing the packages \(npm ci\) … \d+\.\d s\nready\n$/);
    expect(await readFile(join(clone.root, 'npm-args'), 'utf8')).toMatch(/^ci --prefix /);
  });

  it('installs again once the lockfile has changed, and then no more', async () => {
    const clone = await Clone.make();
    await clone.npm('true');
    await clone.write('package-lock.json', '{"lock":"other packages"}');

    const first = await clone.start(['--', 'echo', 'ready']).ends();
    const second = await clone.start(['--', 'echo', 'ready']).ends();

    expect(first.output).toContain('Installing the packages');
    expect(second.output).toBe('ready\n');
  });

  it('shows what npm said when the packages cannot be had', async () => {
    const clone = await Clone.make({ installed: false });
    await clone.npm('echo ENOTFOUND registry >&2; exit 1');

    const { code, output } = await clone.start(['--', 'echo', 'ready']).ends();

    expect(code).toBe(1);
    expect(output).toContain('ENOTFOUND registry');
    expect(output).toContain('needs the npm registry');
    expect(output).not.toContain('ready\n');
  });

  it.each(['22.19.0', '22.23.3', '24.0.0', '26.10.0', '30.0.0'])(
    'runs on Node %s',
    async (version) => {
      const clone = await Clone.make();

      const { code } = await clone.start(['--', 'true'], { version }).ends();

      expect(code).toBe(0);
    },
  );

  it.each(['18.0.0', '20.20.2', '22.18.0', '23.11.0', '25.0.0'])(
    'brings Node 24 where the machine has %s',
    async (version) => {
      const clone = await Clone.make();
      const bin = join(clone.root, '.ci/toolchain/node_modules/.bin');
      await clone.npm(`mkdir -p "${bin}" && ln -s "${process.execPath}" "${bin}/node"`);

      const run = clone.start(['--', 'node', '-p', 'process.version'], { version });
      const { code, output } = await run.ends();

      expect(code).toBe(0);
      expect(output).toContain(`Node ${version} is too old for numagate: bringing Node 24`);
      expect(output.trimEnd().endsWith(process.version)).toBe(true);
    },
  );

  it('says which Node is needed where there is no toolchain package', async () => {
    const clone = await Clone.make();
    await clone.npm('echo npm was called');

    const { code, output } = await clone
      .start(['check'], { version: '20.1.0', platform: 'darwin' })
      .ends();

    expect(code).toBe(1);
    expect(output).toContain('numagate needs Node 24');
    expect(output).toContain('this is darwin-x64');
    expect(output).toContain('nvm install 24');
    expect(output).not.toContain('npm was called');
  });

  it('says how to get Node where there is no network', async () => {
    const clone = await Clone.make();
    await clone.npm('echo ENOTFOUND registry >&2; exit 1');

    const { code, output } = await clone.start(['check'], { version: '20.1.0' }).ends();

    expect(code).toBe(1);
    expect(output).toContain('ENOTFOUND registry');
    expect(output).toContain('https://nodejs.org/en/download');
  });

  it('says how to get Node where the one it has brought does not run', async () => {
    const clone = await Clone.make();
    const bin = join(clone.root, '.ci/toolchain/node_modules/.bin');
    await clone.npm(
      `mkdir -p "${bin}" && printf '#!/bin/sh\\nexit 127\\n' > "${bin}/node" && chmod +x "${bin}/node"`,
    );

    const { code, output } = await clone.start(['check'], { version: '20.1.0' }).ends();

    expect(code).toBe(1);
    expect(output).toContain('does not run here');
    expect(output).toContain('nvm install 24');
  });
});

describe('checking', () => {
  it('prints one line a step and a verdict', async () => {
    const clone = await Clone.make();

    const { code, output } = await clone.start(['check']).ends();

    const names = [...output.matchAll(/^✓ (\S+) +\d+\.\d s$/gm)].map(([, name]) => name);
    expect(names).toEqual(['format', 'lint', 'types', 'dead-code', 'house', 'unit', 'suites']);
    expect(output).toMatch(/^All passed \(\d+\.\d s\)$/m);
    expect(code).toBe(0);
  });

  it('checks first, then simulates, then opens sockets', async () => {
    const clone = await Clone.make();

    const { output } = await clone.start(['test']).ends();

    const names = [...output.matchAll(/^✓ (\S+)/gm)].map(([, name]) => name);
    expect(names.slice(-3)).toEqual(['suites', 'sim', 'e2e']);
  });

  it('shows the output of every failed step of a stage and goes on to no other stage', async () => {
    const clone = await Clone.make();
    await clone.tool('oxfmt', 'echo badly set; exit 1');
    await clone.tool('knip', 'echo unused file >&2; exit 1');

    const { code, output } = await clone.start(['test']).ends();

    expect(code).toBe(1);
    expect(output).toContain('badly set');
    expect(output).toContain('unused file');
    expect(output).toMatch(/^✓ suites/m);
    expect(output).not.toContain('sim');
    expect(output).toMatch(/^Failed: format, dead-code \(/m);
  });

  it('shows a failing output in full', async () => {
    const clone = await Clone.make();
    await clone.tool('oxfmt', 'seq 1 20000; exit 1');

    const { output } = await clone.start(['format']).ends();

    expect(output.match(/^\d+$/gm)).toHaveLength(20_000);
  });

  it('runs a single step by its name', async () => {
    const clone = await Clone.make();

    const { output } = await clone.start(['types']).ends();

    expect(output).toMatch(/^✓ types +\d+\.\d s\nAll passed/);
  });

  it.each([[[]], [['unknown']], [['check', 'lint']], [['--']], [['toString']]])(
    'tells its words when it is asked for %j',
    async (words) => {
      const clone = await Clone.make();

      const { code, output } = await clone.start(words).ends();

      expect(code).toBe(2);
      expect(output).toContain('usage: node .ci/start.mjs check | test | format');
    },
  );

  it('counts a tool that is not there as a failure', async () => {
    const clone = await Clone.make();
    await clone.tool('oxfmt', 'exec no-such-tool');

    const { code, output } = await clone.start(['format']).ends();

    expect(code).toBe(1);
    expect(output).toContain('no-such-tool');
  });
});

describe('running a command', () => {
  it('ends with the exit code of the command', async () => {
    const clone = await Clone.make();

    const { code } = await clone.start(['--', 'sh', '-c', 'exit 7']).ends();

    expect(code).toBe(7);
  });

  it.each([
    ['ends by a signal', 'kill -TERM $$', 143],
    ['is not there', 'exec no-such-command', 127],
  ])('ends as shells do where the command %s', async (_, script, expected) => {
    const clone = await Clone.make();

    const { code } = await clone.start(['--', 'sh', '-c', script]).ends();

    expect(code).toBe(expected);
  });

  it('hands its input to the command', async () => {
    const clone = await Clone.make();
    const run = clone.start(['--', 'cat']);

    run.child.stdin?.end('a span\n');

    expect(await run.ends()).toEqual({ code: 0, output: 'a span\n' });
  });

  it('says what it installs beside the output of the command, not in it', async () => {
    const clone = await Clone.make({ installed: false });
    await clone.npm('true');
    const run = clone.start(['--', 'echo', 'ready']);

    await run.ends();

    expect(run.stdout).toBe('ready\n');
    expect(run.output).toContain('Installing the packages');
  });

  it('hands a Ctrl-C to the command once, though npm passes on what the terminal has delivered', async () => {
    const clone = await Clone.make();
    const command = `trap "echo told" INT; echo up; until [ -e "${clone.root}/go" ]; do sleep 0.05; done; exit 3`;
    const run = clone.start(['--', 'sh', '-c', command]);
    await run.says('up');

    run.child.kill('SIGINT');
    await run.says('told');
    run.child.kill('SIGINT');
    await clone.write('go', '');
    const { code, output } = await run.ends();

    expect(output).toBe('up\ntold\n');
    expect(code).toBe(3);
  });

  it('tells the command again when Ctrl-C is pressed again', async () => {
    const clone = await Clone.make();
    const command =
      'trap "echo told; trap \'echo again; exit 5\' INT" INT; echo up; while :; do sleep 0.05; done';
    const run = clone.start(['--', 'sh', '-c', command]);
    await run.says('up');

    const presses = setInterval(() => run.child.kill('SIGINT'), 100);
    // A third one would kill it, slow as it may be to leave.
    await run.says('again');
    clearInterval(presses);
    const { code, output } = await run.ends();

    expect(output).toBe('up\ntold\nagain\n');
    expect(code).toBe(5);
  });

  it('kills a command that does not listen when Ctrl-C is pressed a third time', async () => {
    const clone = await Clone.make();
    const run = clone.start(['--', 'sh', '-c', 'trap "" INT; echo up; sleep 600 & wait']);
    await run.says('up');

    const presses = setInterval(() => run.child.kill('SIGINT'), 100);
    const { code } = await run.ends();
    clearInterval(presses);

    expect(code).toBe(137);
  });

  it('gives the command time to clean up, and ends as it does', async () => {
    const clone = await Clone.make();
    const run = clone.start([
      '--',
      'sh',
      '-c',
      'trap "sleep 0.3; echo clean; exit 0" TERM; echo up; sleep 60 & wait',
    ]);
    await run.says('up');

    run.child.kill('SIGTERM');
    const { code, output } = await run.ends();

    expect(output).toBe('up\nclean\n');
    expect(code).toBe(0);
  });

  it('kills a check that does not listen when Ctrl-C is pressed again', async () => {
    const clone = await Clone.make();
    await clone.tool('oxfmt', `trap "" INT; touch "${clone.root}/up"; sleep 600 & wait`);
    const run = clone.start(['format']);

    const presses = setInterval(() => {
      if (existsSync(join(clone.root, 'up'))) run.child.kill('SIGINT');
    }, 100);
    const { code } = await run.ends();
    clearInterval(presses);

    expect(code).toBe(130);
  });

  it('leaves none of the processes that the command has started', async () => {
    const clone = await Clone.make();
    const run = clone.start(['--', 'sh', '-c', 'sleep 600 & echo done']);

    // Ends only when nobody holds the output any more, the sleeper included.
    const { code, output } = await run.ends();

    expect({ code, output }).toEqual({ code: 0, output: 'done\n' });
  });
});
