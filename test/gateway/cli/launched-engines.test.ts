import { describe, expect, it } from 'vitest';

import { LaunchedEngines } from '../../../gateway/cli/launched-engines.ts';
import { readConfig } from '../../../gateway/config.ts';
import { engineArgv, enginesOf, freePort, TemporaryFolder } from '../../support/launched/plans.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 60_000;

describe('the engines of a gateway', { timeout: PROCESS_MS_MAX }, () => {
  it('are none where the configuration launches none', () => {
    expect(LaunchedEngines.of(readConfig({ environment: {} }))).toBeUndefined();
  });

  it('tell why one of them did not come up, with its last lines', async () => {
    using folder = new TemporaryFolder();
    const port = await freePort();
    const argv = engineArgv(port, ['--say', 'error: unrecognized arguments: --x', '--exit', '2']);
    const replicas = [{ id: 'one', engine: 'vllm', model: 'm', port, argv }];
    const text = JSON.stringify({ launch: { runDir: folder.path, replicas } });
    const config = readConfig({ file: { name: 'test', text }, environment: {} });

    const engines = LaunchedEngines.of(config);
    await engines?.launch.begin();
    const sentence = await new Promise<string>((resolve) => {
      engines?.follow(resolve);
    });
    await engines?.end();

    expect(sentence).toMatch(
      /^ {2}\| error: unrecognized arguments: --x\none did not come up: it does not take its command line: .*one\.log$/u,
    );
    expect(enginesOf(folder.dir)).toEqual([]);
  });
});
