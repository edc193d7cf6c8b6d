import { Command, InvalidArgumentError, Option } from 'commander';

import { presetNames } from '../../deploy/simulator/presets.ts';
import type { AdmissionMode } from '../../routing/admission.ts';
import { policyNames } from '../../routing/policies/catalog.ts';
import type { PolicyName } from '../../routing/policies/catalog.ts';
import { baselines } from '../replay/baselines.ts';
import type { RuleSet } from '../replay/workload.ts';
import { workloadPresets } from '../replay/workloads/presets.ts';
import { gather, integerBetween, numberBetween, oneOf, origin } from './arguments.ts';

/** Flags of `gateway replay`, as the command line gives them. */
export interface ReplayFlags {
  readonly url?: string;
  readonly adminUrl?: string;
  readonly simulate?: readonly string[];
  readonly virtual?: boolean;
  readonly reproduce?: string;
  readonly speed: number;
  readonly policy: PolicyName;
  readonly admission: AdmissionMode;
  readonly rules: RuleSet;
  readonly preset?: string;
  readonly datasetName?: DatasetName;
  readonly datasetPath?: string;
  readonly numPrompts?: number;
  readonly randomInputLen?: number;
  readonly randomOutputLen?: number;
  readonly randomRangeRatio?: number;
  readonly requestRate?: number;
  readonly maxConcurrency?: number;
  readonly seed: number;
  readonly backend?: string;
  readonly model?: string;
  readonly extraRequestBody?: Readonly<Record<string, unknown>>;
  readonly disableIgnoreEos?: boolean;
  readonly usage?: boolean;
  readonly warmupRequests: number;
  readonly layout?: RuleSet;
  readonly outputFile?: string;
  readonly html?: string;
  readonly outputDetails?: boolean;
  readonly compare?: readonly string[];
  readonly plots?: string;
  readonly json?: boolean;
}

/** Data sets by the reference's names, and traces. */
export const datasetNames = ['random', 'random-ids', 'sharegpt', 'trace'] as const;

/** Name of a data set. */
export type DatasetName = (typeof datasetNames)[number];

const REQUESTS_MAX = 1_000_000;
const TOKENS_MAX = 10_000_000;

/** The flags that `--help` shows; the others stand in `--help-all`. */
export const frequentFlags: readonly string[] = [
  '--url',
  '--simulate',
  '--virtual',
  '--reproduce',
  '--speed',
  '--num-prompts',
  '--request-rate',
  '--max-concurrency',
  '--model',
  '--output-file',
  '--compare',
  '--json',
];

/** The command with its flags, in the order of `--help`, and nothing that it does. */
export function replayFlags(): Command {
  const command = new Command('replay').description(
    'Replay a workload and compare with the published runs: 1000 random requests on\n' +
      'two simulated replicas behind a gateway of its own, unless told otherwise.',
  );
  targetFlags(command);
  workloadFlags(command);
  requestFlags(command);
  outputFlags(command);
  return command;
}

function targetFlags(command: Command): void {
  command
    .optionsGroup('Against what:')
    .option('--url <origin>', 'a gateway or an engine that is running', origin)
    .option('--admin-url <origin>', "that gateway's admin port: receipts, cost", origin)
    .option('--simulate <preset>', 'a simulated replica; repeat it for each', simulatedReplicas)
    .option('--virtual', 'on virtual time: no sockets, done in a second')
    .option('--reproduce <run>', `again: ${baselineNames.join(', ')}`, oneOf(baselineNames))
    .option('--speed <n>', 'engine time each wall time', numberBetween(0.01, 100), 3)
    .option('--policy <name>', 'how the gateway routes', oneOf(policyNames), policyNames[0])
    .option('--admission <mode>', 'or pass-through', oneOf(admissionModes), admissionModes[0]);
}

/** Adds the flags that say which requests come, and when. */
export function workloadFlags(command: Command): void {
  const requests = integerBetween(1, REQUESTS_MAX);
  const tokens = integerBetween(1, TOKENS_MAX);
  command
    .optionsGroup('What:')
    .option('--rules <set>', 'of which release; or current', oneOf(ruleSets), ruleSets[0])
    .option('--preset <name>', 'offline-1024x512, online-rate-4 and others', oneOf(presetRuns))
    .option('--dataset-name <name>', datasetNames.join(', '), oneOf(datasetNames))
    .option('--dataset-path <file>', 'ShareGPT file, or trace (own or Mooncake)')
    .option('--num-prompts <n>', 'requests (default: 1000)', requests)
    .option('--random-input-len <n>', 'longest prompt, tokens (default: 4096)', tokens)
    .option('--random-output-len <n>', 'longest output, tokens (default: 2048)', tokens)
    .option('--random-range-ratio <n>', 'shortest to longest, 0 to 1', numberBetween(0, 1))
    .option('--request-rate <n>', 'requests a second (default: inf)', requestRate)
    .option('--max-concurrency <n>', 'requests open at once', requests)
    .option('--seed <n>', 'start of every draw', integerBetween(0, 2 ** 32 - 1), 1);
}

function requestFlags(command: Command): void {
  command
    .optionsGroup('How it asks:')
    .option('--backend <name>', "API, by the reference's name: sglang, vllm …")
    .option('--model <id>', 'model (default: the first that is listed)')
    .option('--extra-request-body <json>', 'members laid over each body', jsonObject)
    .option('--disable-ignore-eos', 'let answers end early')
    .option('--usage', 'ask for token counts (default with --url)')
    .addOption(new Option('--no-usage').hideHelp())
    .option('--warmup-requests <n>', 'before the clock starts', integerBetween(0, 1000), 1);
}

function outputFlags(command: Command): void {
  command
    .optionsGroup('What it writes (docs/replay.md):')
    .option('--output-file <file>', 'result line, appended (default: in out/)')
    .option('--html <file>', 'page (default: beside the result file)')
    .option('--layout <set>', "the line's keys (default: those of --rules)", oneOf(ruleSets))
    .option('--output-details', 'each request, in the result line')
    .option('--compare <files...>', 'result files to compare with', gather)
    .option('--plots <folder>', 'each plot of the page, as SVG')
    .option('--json', 'print the result line, not the table; files as ever');
}

const presetRuns = Object.keys(workloadPresets);
const baselineNames = baselines.map(({ name }) => name);
/** Modes of admission, the default first. */
export const admissionModes: readonly AdmissionMode[] = ['late-binding', 'pass-through'];
const ruleSets = ['0.2.14', 'current'] as const satisfies readonly RuleSet[];

/** Gathers the presets of a fleet. */
export function simulatedReplicas(text: string, before?: readonly string[]): readonly string[] {
  return gather(oneOf(presetNames)(text), before);
}

function requestRate(text: string): number {
  if (text === 'inf' || text === 'Infinity') return Infinity;
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= REQUESTS_MAX) return value;
  throw new InvalidArgumentError(`It must be inf, or a number above 0 and up to ${REQUESTS_MAX}.`);
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch {
    // Said below, as for any other text.
  }
  throw new InvalidArgumentError('It must be a JSON object, such as {"top_p": 0.9}.');
}
