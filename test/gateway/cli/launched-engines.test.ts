import { describe, expect, it } from 'vitest';

import { LaunchedEngines } from '../../../gateway/cli/launched-engines.ts';
import { readConfig } from '../../../gateway/config.ts';
import { until } from '../../support/live/until.ts';
import { engineArgv, enginesOf, freePort, TemporaryFolder } from '../../support/launched/plans.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 60_000;

describe('the engines of a gateway', { timeout: PROCESS_MS_MAX }, () => {
  it('are none where the configuration launches none', () => {
    expect(LaunchedEngines.of(readConfig({ environment: {} }))).toBeUndefined();
  });

  const failing = ['--say', 'error: unrecognized arguments: --x', '--exit', '2'];

  /** An engine for each list of flags. */
  async function enginesIn(
    folder: TemporaryFolder,
    ...all: readonly (readonly string[])[]
  ): Promise<LaunchedEngines | undefined> {
    const first = await freePort(all.length);
    const replicas = all.map((flags, index) => {
      const port = first + index;
      return { id: `e-${index}`, engine: 'vllm', model: 'm', port, argv: engineArgv(port, flags) };
    });
    const text = JSON.stringify({ launch: { runDir: folder.path, replicas } });
    const config = readConfig({ file: { name: 'test', text }, environment: {} });
    return LaunchedEngines.of(config);
  }

  it('tell why none of them came up, with the last lines of the first', async () => {
    using folder = new TemporaryFolder();
    const engines = await enginesIn(folder, failing, failing);
    await engines?.launch.begin();
    const sentence = await new Promise<string>((resolve) => {
      engines?.follow(resolve);
    });
    await engines?.end();

    expect(sentence).toMatch(
      /^ {2}\| error: unrecognized arguments: --x\ne-0 did not come up: it does not take its command line: .*e-0\.log$/u,
    );
    expect(enginesOf(folder.dir)).toEqual([]);
  });

  it('go on where one of them does not come up and another does', async () => {
    using folder = new TemporaryFolder();
    const engines = await enginesIn(folder, failing, []);
    await engines?.launch.begin();
    const sentences: string[] = [];
    engines?.follow((sentence) => sentences.push(sentence));
    const phases: string[] = [];
    engines?.launch.launcher.watch(({ replicas }) => {
      phases.splice(0, Infinity, ...replicas.map(({ phase }) => phase));
    });
    await until('both have come to something', () => phases.join(' ') === 'failed ready');
    await engines?.end();

    expect(sentences).toEqual([]);
  });
});
