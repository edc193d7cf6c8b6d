import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { commands } from '../../../gateway/cli/commands.ts';
import { root } from '../../support/source-tree.ts';
import { understood } from '../../support/understood.ts';

describe('the list of commands', () => {
  it.each(commands)('holds $name by its own name', async ({ name, load }) => {
    expect((await load()).name()).toBe(name);
  });
});

/** How a clone calls the command line, whatever Node its machine has. */
const IN_A_CLONE = /^npm run (?:-s )?gateway -- (.*)$/u;

describe('a command that people are told to call', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'deploy/README.md'].concat(
    readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  );
  const called = pages.flatMap((page) => commandsOf(readFileSync(join(root, page), 'utf8')));
  const ours = new Set(called.flatMap((line) => IN_A_CLONE.exec(line)?.[1] ?? []));
  const scripts = (
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    }
  ).scripts;

  it('is seen', () => {
    expect(ours.size).toBeGreaterThan(5);
  });

  it.each([...ours])('is understood: %s', async (line) => {
    const words = line.replace(/ [<>] .*$/u, '').split(' ');

    const parsed = understood(words);

    if (words.includes('--help')) await expect(parsed).rejects.toMatchObject({ exitCode: 0 });
    else await expect(parsed).resolves.toBeUndefined();
  });

  it('is a script of the package where npm runs it', () => {
    const wanted = called.flatMap(
      (line) => /^npm (?:run )?(?:-s )?(?!run\b)([\w:]+)/u.exec(line)?.[1] ?? [],
    );
    const missing = wanted.filter(
      (name) => scripts[name] === undefined && !['pack', 'ci', 'install'].includes(name),
    );

    expect(missing).toEqual([]);
  });

  it('runs on the Node of any machine, in a clone: the README asks for nothing that is not there', () => {
    const bound = commandsOf(readFileSync(join(root, 'README.md'), 'utf8')).filter((line) =>
      /^(?:gateway \w.* --|npx numagate|node gateway\/)/u.test(line),
    );

    expect(bound).toEqual([]);
  });

  /** Lines of shell blocks, and spans of code that hold more than one word. */
  function commandsOf(markdown: string): string[] {
    const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gmu)].flatMap(([, text = '']) =>
      text.replaceAll('\\\n', '').split('\n'),
    );
    const spans = [...markdown.replaceAll(/^```[\s\S]*?^```/gmu, '').matchAll(/`([^`]+)`/gu)];
    return [...blocks, ...spans.map(([, text = '']) => text.replaceAll(/\s+/gu, ' '))]
      .map((line) =>
        line
          .replace(/\s+#.*$/u, '')
          .replace(/^\$ /u, '')
          .trim(),
      )
      .filter((line) => line.includes(' '));
  }
});
