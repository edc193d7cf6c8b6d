import type { CommandFacts, EngineCommand } from './engine-command.ts';
import { always } from './versioned-flags.ts';

/** llama.cpp's server. Its cache is as large as its context, which the model's file tells. */
export const llamaCpp: EngineCommand = {
  name: 'llama.cpp',
  argv: ({ model, servedModel, port, tensorParallel }: CommandFacts) => [
    ...always('llama-server', '--model', model, '--alias', servedModel),
    ...always('--host', '127.0.0.1', '--port', String(port)),
    ...always('--n-gpu-layers', '999', '--metrics', '--numa', 'numactl'),
    ...(tensorParallel > 1 ? ['--split-mode', 'row'] : []),
  ],
  workspaceBytes: 1e9,
};
