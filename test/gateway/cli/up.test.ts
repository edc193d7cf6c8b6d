import { describe, expect, it } from 'vitest';

import { upCommand } from '../../../gateway/cli/up.ts';
import { runGateway } from '../../support/command-line.ts';
import { PlantedMachine } from '../../support/machine.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 30_000;

describe('gateway up', { timeout: PROCESS_MS_MAX }, () => {
  it('reads what stands behind -- as the command of the engine', async () => {
    let words: readonly string[] = [];
    const command = upCommand().action((given: readonly string[]) => {
      words = given;
    });
    const line =
      '--engine vllm --model m --memory-node 0 --memory-node 1 -- vllm serve --port {port}';
    await command.parseAsync(line.split(' '), { from: 'user' });

    expect(words).toEqual(['vllm', 'serve', '--port', '{port}']);
    expect(command.opts()).toMatchObject({ enginePort: 30_000, memoryNode: [0, 1] });
  });

  it('says of a machine without a GPU that there is nothing to plan with', async () => {
    using machine = new PlantedMachine();
    const words = `up --engine vllm --model llama-3-8b --sysfs ${machine.root} --nvidia-smi /no/smi`;

    expect(await runGateway(words.split(' '))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^gateway: this machine has no GPU to plan with \(.+\); end the line with -- and the command/u,
      ),
    });
  });

  it('starts nothing where it is called wrongly', async () => {
    expect(await runGateway(['up'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('gateway: there is no engine: say --engine and --model'),
    });
    expect(await runGateway(['up', '--engine', 'vllm'])).toMatchObject({
      code: 2,
      stderr: 'gateway: --model is missing\n',
    });
    expect(await runGateway(['up', '--memory-node', 'x', '--', 'sh'])).toMatchObject({ code: 2 });
  });
});
