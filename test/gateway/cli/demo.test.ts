import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoCommand } from '../../../gateway/cli/demo.ts';
import { parseJsonLine } from '../../../gateway/replay/report/jsonl.ts';
import { runGateway } from '../../support/command-line.ts';

/** Four processes of Node, perhaps twice, on a busy machine. */
const PROCESSES_MS_MAX = 90_000;

describe('gateway demo', () => {
  it('plans, simulates, serves, replays and compares', { timeout: PROCESSES_MS_MAX }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'numagate-demo-'));
    const words = ['--speed', '20', '--num-prompts', '12', '--out', folder];
    const { code, stdout, stderr } = await runGateway(['demo', ...words]);

    expect(stdout).toContain('The published host, not this machine: 8 × NVIDIA H100');
    expect(stdout).toContain('sglang-0  0,1,2,3  0     6-95,198-287');
    expect(stderr).toContain('replica-1: simulated sglang 0.2.14');
    expect(stdout).toContain('Successful requests:                     12');
    expect(stdout).toContain('extrapolated from the 8×H100 fit');
    expect(stdout).toMatch(/Replicas\n.*\nreplica-0 .*\nreplica-1 /u);
    expect(stderr).toContain(`Wrote ${folder}/replay.jsonl and ${folder}/replay.html`);
    expect(code).toBe(0);
    expect(parseJsonLine(readFileSync(join(folder, 'replay.jsonl'), 'utf8'))).toMatchObject({
      completed: 12,
      simulated: true,
      extrapolated: true,
    });
    expect(readFileSync(join(folder, 'replay.html'), 'utf8')).toContain('KV cache in use');
    rmSync(folder, { recursive: true, force: true });
  });

  it('has a help that fits a screen, with an example', () => {
    let help = '';
    demoCommand()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp();

    expect(help.split('\n').length).toBeLessThan(24);
    expect(help).toContain('Example:\n  gateway demo --out');
  });
});
