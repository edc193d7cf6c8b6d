import type { CommandFacts, EngineCommand } from './engine-command.ts';
import { always, since } from './versioned-flags.ts';
import { weightFlags } from './weight-flags.ts';

/** vLLM, from 0.5.5 on. */
export const vllm: EngineCommand = {
  name: 'vllm',
  argv,
  memoryShare: () => 0.9,
  // What its trial run with a full step finds taken: activations, graphs and the links between GPUs.
  workspaceBytes: 6e9,
};

/** Seconds in which its open streams may end once it is told to stop. */
const SHUTDOWN_S = '30';

function argv(facts: CommandFacts): readonly string[] {
  const { model, servedModel, weightType, port, tensorParallel, rankNodes, version } = facts;
  return [
    ...always('vllm', 'serve', model, '--served-model-name', servedModel),
    ...always('--host', '127.0.0.1', '--port', String(port)),
    ...always('--tensor-parallel-size', String(tensorParallel)),
    ...weightFlags(weightType),
    ...since('0.6.4', version, ['--enable-prompt-tokens-details']),
    ...since('0.18.0', version, ['--shutdown-timeout', SHUTDOWN_S]),
    ...(rankNodes === undefined
      ? []
      : since('0.20.0', version, ['--numa-bind', '--numa-bind-nodes', ...rankNodes.map(String)])),
  ];
}
