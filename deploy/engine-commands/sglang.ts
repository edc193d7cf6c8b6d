import type { CommandFacts, EngineCommand } from './engine-command.ts';
import { always, since } from './versioned-flags.ts';
import { weightFlags } from './weight-flags.ts';

/** SGLang, from 0.2.14 on. */
export const sglang: EngineCommand = {
  name: 'sglang',
  argv,
  memoryShare,
  // What the context, the links between GPUs and the first captured graphs take before it measures.
  workspaceBytes: 3e9,
};

function argv(facts: CommandFacts): readonly string[] {
  const { model, servedModel, weightType, port, tensorParallel, rankNodes, version } = facts;
  return [
    ...always('python3', '-m', 'sglang.launch_server'),
    ...always('--model-path', model, '--served-model-name', servedModel),
    ...always('--host', '127.0.0.1', '--port', String(port)),
    ...always('--tp-size', String(tensorParallel)),
    ...weightFlags(weightType),
    ...since('0.3.5', version, ['--enable-metrics']),
    ...since('0.4.0', version, ['--enable-cache-report']),
    ...since('0.5.13', version, ['--load-snapshot-publish-interval', '1']),
    ...(rankNodes === undefined
      ? []
      : since('0.5.2', version, ['--numa-node', ...rankNodes.map(String)])),
  ];
}

/** Its `--mem-fraction-static`, which falls with the number of GPUs. */
function memoryShare(tensorParallel: number): number {
  if (tensorParallel >= 16) return 0.79;
  if (tensorParallel >= 8) return 0.83;
  if (tensorParallel >= 4) return 0.85;
  return tensorParallel >= 2 ? 0.87 : 0.88;
}
