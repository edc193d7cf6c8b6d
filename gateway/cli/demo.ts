import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Command } from 'commander';

import { engineCommands } from '../../deploy/engine-commands/catalog.ts';
import { findModel } from '../../deploy/model-table.ts';
import { KV_TOKENS_WANTED, planHost } from '../../deploy/plan.ts';
import { publishedHost } from '../../deploy/published-host.ts';
import { integerBetween, numberBetween } from './arguments.ts';
import { makeDemoRun } from './demo-run.ts';
import { Interruption } from './interruption.ts';
import { say } from './output.ts';
import { hostText, planTable } from './plan-table.ts';
import { planReplay } from './replay-plan.ts';
import { reportOn } from './replay-session.ts';

interface DemoFlags {
  readonly speed: number;
  readonly numPrompts: number;
  readonly out: string;
}

const MODEL = 'llama-3-70b';

/** `gateway demo`: the main job on simulated replicas, from the plan of the host to the compared report. */
export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'Plan the published host, simulate its replicas, put the gateway in front, replay the\n' +
        '1000 requests and compare: all in about two minutes, without a GPU.',
    )
    .option('--speed <n>', 'engine time each wall time, or lower', numberBetween(0.5, 20), 3)
    .option('--num-prompts <n>', 'requests', integerBetween(1, 100_000), 1000)
    .option('--out <folder>', 'where the report is written', 'out')
    .addHelpText('after', '\nExample:\n  gateway demo --out /tmp/demo')
    .action(demo);
}

async function demo({ speed, numPrompts, out }: DemoFlags): Promise<void> {
  using interruption = new Interruption();
  const readText = (path: string): string => readFileSync(path, 'utf8');
  const plan = planReplay(
    {
      speed,
      numPrompts,
      policy: 'kv-aware',
      admission: 'late-binding',
      rules: '0.2.14',
      seed: 1,
      warmupRequests: 1,
    },
    { given: new Set(), environment: process.env, readText },
  );
  say(`The published host, not this machine: ${hostText(publishedHost)}\n\n${publishedPlan()}`);
  const flags = { rules: '0.2.14', outputFile: `${out}/replay.jsonl` } as const;
  process.exitCode = await reportOn(plan, flags, { readText, interruption, makeRun: makeDemoRun });
}

/** Two replicas of four GPUs, one a node. */
function publishedPlan(): string {
  const [engine] = engineCommands;
  const modelFacts = findModel(MODEL);
  assert(
    engine !== undefined && modelFacts !== undefined,
    'the published engine and model are known',
  );
  const plan = planHost(publishedHost, {
    engine,
    model: MODEL,
    modelFacts,
    weightType: 'fp8',
    kvTokensWanted: KV_TOKENS_WANTED,
    portFirst: 30_000,
  });
  assert(plan.kind === 'planned', 'the published model fits the published host');
  return planTable(plan);
}
