import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readConfig } from '../../gateway/config.ts';
import { shippedText } from '../support/shipped-files.ts';
import { root } from '../support/source-tree.ts';

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
}

const instructions: readonly Instruction[] = shippedText('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => ({
    word: line.slice(0, line.indexOf(' ')),
    rest: line.slice(line.indexOf(' ') + 1).trim(),
  }));

function all(word: string): readonly string[] {
  return instructions.filter((each) => each.word === word).map(({ rest }) => rest);
}

/** What is copied out of the repository. */
const copied = all('COPY')
  .filter((rest) => !rest.startsWith('--from'))
  .flatMap((rest) => rest.split(/\s+/).slice(0, -1));

const letThrough = readText('.dockerignore')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));

function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function readJson(path: string): unknown {
  return JSON.parse(readText(path));
}

describe('the image', () => {
  const { bin, engines } = readJson('package.json') as Manifest;

  it('is built from what there is', () => {
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('is built from what .dockerignore lets through, and from all of it', () => {
    const reached = (path: string): boolean =>
      letThrough.some((one) => one === path || one.startsWith(`${path}/`));
    const used = (one: string): boolean =>
      copied.some((path) => one === path || one.startsWith(`${path}/`));

    expect(copied.filter((path) => !reached(path))).toEqual([]);
    expect(letThrough.filter((one) => !used(one))).toEqual([]);
  });

  it('is built from every folder that the build reads', () => {
    const { include } = readJson('tsconfig.build.json') as { readonly include: readonly string[] };

    expect(copied).toEqual(expect.arrayContaining([...include]));
  });

  it('has two stages, each on a Node that the package takes', () => {
    const majors = all('FROM').map((rest) => Number(/^node:(\d+)-slim\b/.exec(rest)?.[1]));
    const [, leastMajor] = /^>=(\d+)/.exec(engines.node) ?? [];

    expect(majors).toHaveLength(2);
    expect(majors.every((major) => major >= Number(leastMajor))).toBe(true);
  });

  it('starts the command of the package, without a shell that would keep signals to itself', () => {
    const [program, file] = JSON.parse(all('ENTRYPOINT')[0] ?? '') as string[];

    expect(program).toBe('node');
    expect(file).toBe(`${all('WORKDIR').at(-1)}/${bin['gateway']}`);
  });

  it('serves as a user who is not root, known by number', () => {
    expect(all('USER')).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
  });

  it('tells the ports of a gateway without settings, and asks the data port how it is', () => {
    const { listen, admin } = readConfig({ environment: {} });

    expect(all('EXPOSE')).toEqual([`${listen.port} ${admin.port}`]);
    expect(all('HEALTHCHECK')[0]).toContain(`http://127.0.0.1:${listen.port}/health`);
  });

  it('installs nothing that runs a script, and no tool that only development needs', () => {
    const installs = all('RUN').filter((rest) => rest.includes('npm ci'));

    expect(installs.every((rest) => rest.includes('--ignore-scripts'))).toBe(true);
    expect(installs.at(-1)).toContain('--omit=dev');
  });
});
