import {
  engineCommands,
  templateCommand,
  unknownTemplateWords,
} from '../../deploy/engine-commands/catalog.ts';
import type { EngineCommand } from '../../deploy/engine-commands/engine-command.ts';
import { readModelFolder } from '../../deploy/model-folder.ts';
import { findModel } from '../../deploy/model-table.ts';
import type { PlanWish } from '../../deploy/plan.ts';
import type { PlanFlags } from './plan-flags.ts';
import { UsageError } from './usage-error.ts';

/** What flags say of the replicas that are wished. */
export type WishFlags = Pick<
  PlanFlags,
  | 'engine'
  | 'engineVersion'
  | 'command'
  | 'dtype'
  | 'tp'
  | 'replicas'
  | 'reserveCores'
  | 'kvTokens'
  | 'port'
>;

/** What flags ask a plan for. Throws a UsageError for those that contradict each other or name nothing. */
export function planWish(flags: WishFlags, model: string): PlanWish {
  const { engineVersion, dtype, tp, replicas, reserveCores, kvTokens, port } = flags;
  const modelFacts = findModel(model) ?? readModelFolder(model);
  return {
    engine: engineOf(flags),
    model,
    weightType: dtype,
    kvTokensWanted: kvTokens,
    portFirst: port,
    ...(modelFacts && { modelFacts }),
    ...(engineVersion !== undefined && { engineVersion }),
    ...(tp !== undefined && { tensorParallel: tp }),
    ...(replicas !== undefined && { replicasMax: replicas }),
    ...(reserveCores !== undefined && { reservedCores: reserveCores }),
  };
}

function engineOf({ engine, command }: WishFlags): EngineCommand {
  const known = engineCommands.find(({ name }) => name === engine || alias(name) === engine);
  if (command === undefined) {
    if (known !== undefined) return known;
    const names = engineCommands.map(({ name }) => name).join(', ');
    throw new UsageError(
      `--engine ${engine} is none of ${names}; give its command, such as "my-server --model {model} --port {port}": gateway plan takes it by --command, gateway up behind --`,
    );
  }
  const strange = unknownTemplateWords(command);
  if (strange.length > 0) {
    throw new UsageError(
      `--command cannot fill {${strange.join('}, {')}}; it knows {model}, {served}, {port} and {tp}`,
    );
  }
  if (!/^[a-z\d][a-z\d.-]*$/iu.test(engine)) {
    throw new UsageError(`--engine ${engine} is no name: letters, digits, dots and dashes`);
  }
  return templateCommand(engine, command);
}

/** The gateway's settings know llama.cpp by a word without a dot. */
function alias(name: string): string {
  return name.replace('.', '-');
}
