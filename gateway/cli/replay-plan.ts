import { findPreset } from '../../deploy/simulator/presets.ts';
import type { Preset } from '../../deploy/simulator/presets.ts';
import { baselines } from '../replay/baselines.ts';
import type { Baseline } from '../replay/baselines.ts';
import type {
  FleetSettings,
  ReplayPlan,
  ReplaySettings,
  ReplayTarget,
} from '../replay/replay-settings.ts';
import { backendNames, findBackend } from '../replay/wire-formats/catalog.ts';
import type { WireFormat } from '../replay/wire-formats/wire-format.ts';
import type { RuleSet } from '../replay/workload.ts';
import type { ReplayFlags } from './replay-flags.ts';
import { planWorkload } from './replay-workload.ts';
import type { ReadText } from './replay-workload.ts';
import { UsageError } from './usage-error.ts';

/** What a plan is made with beside the flags. */
export interface PlanSources {
  /** Flags that were given, not taken from their defaults. */
  readonly given: ReadonlySet<keyof ReplayFlags>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readText: ReadText;
}

/** Turns flags into a plan. Throws a `UsageError` that names the flags at fault, their value and what is allowed. */
export function planReplay(flags: ReplayFlags, sources: PlanSources): ReplayPlan {
  refuseTogether(flags, sources.given);
  const reproduced = baselines.find(({ name }) => name === flags.reproduce);
  const fleet = fleetOf(flags, reproduced);
  const backend = flags.backend ?? fleet.presets[0]?.engine ?? 'sglang';
  const format = formatOf(backend, flags);
  const settings: ReplaySettings = {
    workload: planWorkload(flags, sources.readText),
    rules: flags.rules,
    seed: flags.seed,
    backend,
    format,
    model: flags.model,
    extraBody: flags.extraRequestBody ?? {},
    ignoreEndOfSequence: flags.disableIgnoreEos !== true,
    asksUsage: flags.usage ?? flags.url !== undefined,
    keepsText: flags.outputDetails === true,
    maxConcurrency: flags.maxConcurrency,
    warmUpRequests: flags.warmupRequests,
    authorization: authorizationOf(flags.rules, sources.environment),
  };
  return { settings, reproduced, target: targetOf(flags, fleet, sources.environment) };
}

/** What a published run sets by itself. */
const setByReproduction = [
  ...([
    'url',
    'adminUrl',
    'simulate',
    'admission',
    'policy',
    'rules',
    'preset',
    'datasetName',
  ] as const),
  ...(['datasetPath', 'numPrompts', 'randomInputLen', 'randomOutputLen'] as const),
  ...(['randomRangeRatio', 'requestRate', 'maxConcurrency', 'seed', 'backend'] as const),
] satisfies readonly (keyof ReplayFlags)[];

/** What a server that is there already decides, or what needs one. */
const setByServer = ['simulate', 'virtual', 'speed', 'policy', 'admission'] as const;
const needsSockets = ['model', 'extraRequestBody', 'disableIgnoreEos', 'warmupRequests'] as const;

function refuseTogether(flags: ReplayFlags, given: ReadonlySet<keyof ReplayFlags>): void {
  const refuse = (one: string, others: readonly (keyof ReplayFlags)[], reason: string): void => {
    const other = others.find((name) => given.has(name));
    if (other === undefined) return;
    throw new UsageError(`${flagText(other, flags)} cannot stand beside ${one}: ${reason}.`);
  };
  if (flags.reproduce !== undefined) {
    const one = `--reproduce ${flags.reproduce}`;
    refuse(one, setByReproduction, 'the published run sets it');
  }
  if (flags.url !== undefined) {
    refuse(`--url ${flags.url}`, setByServer, 'it is for simulated replicas');
  }
  if (flags.adminUrl !== undefined && flags.url === undefined) {
    throw new UsageError('--admin-url stands beside --url: it is the admin port of that gateway.');
  }
  if (flags.virtual === true) refuse('--virtual', needsSockets, 'nothing is sent');
}

function flagText(name: keyof ReplayFlags, flags: ReplayFlags): string {
  const flag = `--${name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
  const value = flags[name];
  if (typeof value === 'boolean') return flag;
  return `${flag} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`;
}

const DEFAULT_REPLICAS = ['sglang-0.2.14-4xh100-tp4', 'sglang-0.2.14-4xh100-tp4'];

function fleetOf(flags: ReplayFlags, reproduced: Baseline | undefined): FleetSettings {
  const { speed, policy } = flags;
  if (reproduced !== undefined) {
    const presets = [presetOf(`${reproduced.name}-8xh100-tp8`)];
    return { presets, admission: 'pass-through', policy, speed };
  }
  const presets = (flags.simulate ?? DEFAULT_REPLICAS).map(presetOf);
  if (new Set(presets.map(({ model }) => model)).size > 1) {
    throw new UsageError('--simulate: replicas of one run serve one model.');
  }
  return { presets, admission: flags.admission, policy, speed };
}

function presetOf(name: string): Preset {
  const preset = findPreset(name);
  if (preset === undefined) throw new RangeError(`no preset ${name}`);
  return preset;
}

function targetOf(
  flags: ReplayFlags,
  fleet: FleetSettings,
  environment: PlanSources['environment'],
): ReplayTarget {
  const { url, adminUrl } = flags;
  if (url !== undefined) {
    const adminKey = environment['GATEWAY_ADMIN_KEY'];
    return { kind: 'url', url, admin: adminUrl === undefined ? undefined : { adminUrl, adminKey } };
  }
  if (flags.virtual === true) return { kind: 'virtual', fleet: { ...fleet, speed: 1 } };
  return { kind: 'simulated', fleet };
}

function formatOf(backend: string, { rules, datasetName }: ReplayFlags): WireFormat {
  const format = findBackend(backend, rules)?.format;
  if (format === undefined) {
    const known = backendNames(rules).join(', ');
    throw new UsageError(
      `--backend ${backend}: under --rules ${rules} it must be one of ${known}.`,
    );
  }
  if (datasetName === 'random-ids' && !format.takesTokenIds) {
    throw new UsageError(
      `--dataset-name random-ids: ${backend} takes text alone; take a backend of completions or generate.`,
    );
  }
  return format;
}

/** The old reference always sends a key, and the word `None` where there is none. */
function authorizationOf(
  rules: RuleSet,
  environment: PlanSources['environment'],
): string | undefined {
  const openAiKey = environment['OPENAI_API_KEY'];
  if (rules === '0.2.14') return `Bearer ${openAiKey ?? 'None'}`;
  if (openAiKey !== undefined) return `Bearer ${openAiKey}`;
  return environment['API_KEY'];
}
