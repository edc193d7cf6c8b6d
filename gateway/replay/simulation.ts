import { findPreset } from '../../deploy/simulator/presets.ts';
import type { Preset } from '../../deploy/simulator/presets.ts';
import type { ReceivedHeaders } from '../wire/http-client.ts';

/** What of a run's answers no engine has made. */
export interface Simulation {
  /** Presets of the simulated replicas, each once, in the order of their names. */
  readonly presets: readonly string[];
  /** Whether no published run was made on one of them; `undefined` where a preset is not known here. */
  readonly isExtrapolated: boolean | undefined;
}

/** The simulation that replicas of these presets make; `undefined` for none. */
export function simulationBy(presets: Iterable<string>): Simulation | undefined {
  const names = [...new Set(presets)].toSorted();
  if (names.length === 0) return undefined;
  const known = names.map((name) => findPreset(name)?.extrapolated);
  const isUnsure = known.includes(undefined);
  return { presets: names, isExtrapolated: known.includes(true) || (isUnsure ? undefined : false) };
}

/** The preset of the simulated replica that made an answer, which a gateway before it passes on. */
export function simulatedBy({ server }: ReceivedHeaders): string | undefined {
  return typeof server === 'string' ? SIMULATOR.exec(server)?.[1] : undefined;
}

const SIMULATOR = /^numagate-simulator \(simulated ([^)]+)\)$/u;

/** The words by which every report says of a run that no GPU was in it. */
export function simulationLabel({ isExtrapolated }: Simulation): string {
  return isExtrapolated === true ? 'Simulated, extrapolated' : 'Simulated';
}

/** The presets that are known here; one of another version of the simulator may not be. */
export function presetsOf({ presets }: Simulation): readonly Preset[] {
  return presets.map((name) => findPreset(name)).filter((preset) => preset !== undefined);
}
