import { Command } from 'commander';

import { findPreset, presetNames } from '../../deploy/simulator/presets.ts';
import { startSimulatedReplica } from '../../deploy/simulator/server.ts';
import { integerBetween, numberBetween, oneOf, port } from './arguments.ts';
import { say } from './output.ts';
import { explainPortError } from './port-error.ts';
import { runUntilSignal } from './run-until-signal.ts';

interface SimulateFlags {
  readonly preset: string;
  readonly host: string;
  readonly port: number;
  readonly adminPort?: number;
  readonly speed: number;
  readonly seed?: number;
  readonly model?: string;
  readonly apiKey?: string;
  readonly maxQueuedRequests?: number;
  readonly json?: boolean;
  readonly listPresets?: boolean;
}

/** `gateway simulate`: one simulated replica that any client, or any other gateway, can use. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('Run one simulated replica: no GPU, the protocol and the pace of a real engine.')
    .option('--preset <name>', 'what it simulates', oneOf(presetNames), presetNames[0])
    .option('--list-presets', 'list the presets and where their figures come from')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port, 0 for a free one', port, 30_000)
    .option('--admin-port <number>', 'port for faults and state; none unless given', port)
    .option('--speed <factor>', 'engine time each wall time', numberBetween(0.01, 100), 1)
    .option('--seed <number>', 'start of its draws', integerBetween(0, 2 ** 32 - 1))
    .option('--model <id>', "model id, in place of the preset's")
    .option('--api-key <key>', 'key that clients must send')
    .option(
      '--max-queued-requests <n>',
      'longest queue, where the engine has a limit',
      integerBetween(1, 1_000_000),
    )
    .option('--json', 'one line of JSON once it listens; the presets as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  gateway simulate --preset sglang-0.2.14-8xh100-tp8 --port 30000',
    )
    .action(simulate);
}

async function simulate(flags: SimulateFlags): Promise<void> {
  if (flags.listPresets === true) return listPresets(flags.json === true);
  const preset = findPreset(flags.preset);
  if (preset === undefined) throw new Error(`no preset ${flags.preset}`);
  const replica = await startSimulatedReplica({
    ...flags,
    preset,
    queuedRequestsMax: flags.maxQueuedRequests,
  }).catch((error: unknown) => {
    throw explainPortError(error, '--host, --port or --admin-port');
  });
  // Whoever reads that we listen may tell us to stop at once.
  runUntilSignal({ stop: () => replica.close(), kill: () => replica.close() });
  const { url, adminUrl } = replica;
  if (flags.json === true) {
    say(JSON.stringify({ event: 'listening', url, adminUrl, simulated: true }));
  } else {
    say(`Simulated ${preset.engine} ${preset.engineVersion}, ${preset.hardware}: ${url}`);
    if (preset.extrapolated) say('Extrapolated: no published run was made on such a replica.');
    if (adminUrl !== undefined) say(`Faults and state: ${adminUrl}`);
  }
}

function listPresets(asJson: boolean): void {
  const presets = presetNames.map((name) => findPreset(name)).filter((one) => one !== undefined);
  if (asJson) {
    say(JSON.stringify(presets, null, 2));
    return;
  }
  const width = Math.max(...presetNames.map((name) => name.length));
  for (const { name, hardware, extrapolated, note } of presets) {
    say(`${name.padEnd(width)}  ${hardware}${extrapolated ? ' (extrapolated)' : ''}\n    ${note}`);
  }
}
