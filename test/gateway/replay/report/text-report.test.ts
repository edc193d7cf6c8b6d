import { describe, expect, it } from 'vitest';
import { textReport } from '../../../../gateway/replay/report/text-report.ts';
import type { ReplayRun } from '../../../../gateway/replay/replay-run.ts';
import { simulationBy } from '../../../../gateway/replay/simulation.ts';
import { aCost, aLateness, aResult, aRun } from '../builders.ts';

const reportOf = (fields: Partial<ReplayRun> = {}): string =>
  textReport(aRun(fields), [], '0.2.14');

describe('the text report', () => {
  it('is the report of the reference alone where there is nothing else to tell', () => {
    expect(reportOf().startsWith('\n============ Serving Benchmark Result')).toBe(true);
    expect(reportOf().endsWith('='.repeat(50))).toBe(true);
  });

  it('says first that a run was cut short', () => {
    expect(reportOf({ complete: false }).trimStart().startsWith('INCOMPLETE')).toBe(true);
    expect(reportOf()).not.toContain('INCOMPLETE');
  });

  it('says before all figures that they are simulated', () => {
    const simulation = simulationBy(['sglang-0.2.14-4xh100-tp4']);

    expect(reportOf({ simulation }).split('\n').slice(0, 4)).toEqual([
      '',
      'Simulated, extrapolated: no GPU was in it (sglang-0.2.14-4xh100-tp4).',
      '',
      '============ Serving Benchmark Result ============',
    ]);
  });

  it('stands other runs beside ours', () => {
    const column = {
      title: 'SGLang 0.2.14',
      explanation: 'published',
      figures: { durationSeconds: 317.3 },
      differences: [],
    };

    expect(textReport(aRun(), [column], 'current')).toContain(
      'Beside the published runs\n' +
        '                        SGLang 0.2.14\n' +
        'Benchmark duration (s)         317.30\n' +
        '\nSGLang 0.2.14: published.',
    );
  });

  it('tells who did how much', () => {
    const results = [aResult({ replica: 'replica-0' }), aResult({ replica: 'replica-1' })];

    expect(reportOf({ results })).toContain('replica-0         1      14          50.00 %');
  });

  it('tells apart how long requests waited, what the gateway added and who was late', () => {
    const report = reportOf({
      gatewayCost: aCost({ queueWaitMs: 42_394, cpuMsPerToken: 0.021 }),
      lateness: [aLateness({ p99Ms: 1.5 })],
    });

    expect(report).toContain(
      'Waiting for KV room (engine time, as at speed 1)\n' +
        'In the gateway’s queue, mean  42.4 s\n',
    );
    expect(report).toContain(
      'What the gateway itself added (wall time)\nCPU per output token  0.021 ms\n',
    );
    expect(report).toContain('How late this machine was (wall time, P99)\nclient  1.5 ms');
  });

  it('breaks long notes so that a terminal does not', () => {
    const note = Array.from({ length: 60 }, () => 'word').join(' ');
    const lines = reportOf({ notes: [note, 'Short.'] }).split('\n');

    expect(lines.filter((line) => line.length > 78)).toEqual([]);
    expect(lines.join(' ').replaceAll(/\s+/gu, ' ')).toContain(`- ${note} - Short.`);
    expect(lines.at(-1)).toBe('- Short.');
  });
});
