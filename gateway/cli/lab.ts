import { readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';

import type { AdmissionMode } from '../../routing/admission.ts';
import { policyNames } from '../../routing/policies/catalog.ts';
import type { PolicyName } from '../../routing/policies/catalog.ts';
import { labPage } from '../replay/lab/lab-page.ts';
import type { LabOptions } from '../replay/lab/lab-run.ts';
import { runLab } from '../replay/lab/lab-run.ts';
import { labTable, labValues } from '../replay/lab/lab-table.ts';
import { tryWritable } from '../replay/report/writable.ts';
import { numberBetween, oneOf } from './arguments.ts';
import { labFacts } from './lab-facts.ts';
import { say, tell } from './output.ts';
import type { ReplayFlags } from './replay-flags.ts';
import { admissionModes, simulatedReplicas, workloadFlags } from './replay-flags.ts';
import { planReplay } from './replay-plan.ts';
import { withShortHelp } from './short-help.ts';
import { UsageError } from './usage-error.ts';

/** Flags of `gateway lab`, as the command line gives them: those of a replay's workload, and these. */
interface LabFlags extends Omit<ReplayFlags, 'policy' | 'speed' | 'warmupRequests'> {
  readonly policy?: readonly PolicyName[];
  readonly admission: AdmissionMode;
  readonly ttftSlo: number;
  readonly gapSlo: number;
  readonly html: string;
}

const HOUR_MS = 3_600_000;

/** The flags that `--help` shows; the others stand in `--help-all`. */
const frequentFlags: readonly string[] = [
  '--policy',
  '--simulate',
  '--admission',
  '--dataset-name',
  '--dataset-path',
  '--num-prompts',
  '--request-rate',
  '--ttft-slo',
  '--gap-slo',
  '--html',
  '--json',
];

/** `gateway lab`: one workload under several policies, on virtual time, before any of them is in production. */
export function labCommand(): Command {
  const command = new Command('lab').description(
    'Compare policies on virtual time: same requests, replicas and seed under each.',
  );
  command
    .optionsGroup('Which:')
    .option('--policy <names>', 'policies, by commas (default: all)', policyList)
    .option('--simulate <preset>', 'simulated replica; repeat it for each', simulatedReplicas)
    .option('--admission <mode>', 'or pass-through', oneOf(admissionModes), admissionModes[0]);
  workloadFlags(command);
  command
    .optionsGroup('What counts and what is written:')
    .option('--ttft-slo <ms>', 'good up to this first token', numberBetween(1, HOUR_MS), 2000)
    .option('--gap-slo <ms>', 'and up to this mean gap', numberBetween(1, HOUR_MS), 100)
    .option('--html <file>', 'page with plots', 'out/lab.html')
    .option('--json', 'print the figures as JSON, not the table');
  return withShortHelp(command, frequentFlags).addHelpText('after', `\n${examples}`).action(lab);
}

const examples = `Example:
  gateway lab --dataset-name trace --dataset-path my.jsonl`;

function lab(flags: LabFlags): void {
  const readText = (path: string): string => readFileSync(path, 'utf8');
  const policies = flags.policy ?? policyNames;
  const plan = planReplay(
    { ...flags, policy: policies[0] ?? policyNames[0], virtual: true, speed: 1, warmupRequests: 0 },
    { given: new Set(), environment: process.env, readText },
  );
  if (plan.target.kind === 'url') throw new RangeError('a lab has simulated replicas');
  tryPage(flags.html);
  const options: LabOptions = {
    ...plan.settings,
    ...plan.target.fleet,
    policies,
    serviceLevel: { timeToFirstTokenMs: flags.ttftSlo, tokenGapMs: flags.gapSlo },
  };
  const startedAt = new Date();
  const entries = runLab(options, (each) => tell(`${each} …`));
  const facts = labFacts(options);
  const requests = options.workload.requests.length;
  writeFileSync(flags.html, labPage({ facts, requests, entries, startedAt }));
  if (flags.json === true) say(JSON.stringify({ facts, policies: labValues(entries) }, null, 2));
  else say([facts.join('\n'), labTable(entries)].join('\n\n'));
  tell(`\nWrote ${flags.html}`);
}

/** Tries before the run that the page can be written. */
function tryPage(path: string): void {
  try {
    tryWritable(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--html: ${reason}. Nothing was started.`, { cause });
  }
}

function policyList(text: string): readonly PolicyName[] {
  const known = oneOf(policyNames);
  const names = text.split(',').map((name) => known(name.trim()));
  if (new Set(names).size === names.length) return names;
  throw new InvalidArgumentError('It must name each policy once.');
}
