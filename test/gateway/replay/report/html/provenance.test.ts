import { describe, expect, it } from 'vitest';
import { provenanceFooter } from '../../../../../gateway/replay/report/html/provenance.ts';
import { aRun, aSetup } from '../../builders.ts';

const provenance = { command: "gateway replay --model 'a <b>'", host: 'a CPU, 2 CPUs' };

describe('the foot of a page', () => {
  it('tells model, settings, host and the command that makes the run again', () => {
    const setup = aSetup({
      replicas: '2 × 4×H100',
      model: 'm',
      policy: 'kv-aware',
      admission: 'late-binding',
    });
    const foot = provenanceFooter(aRun({ target: 'simulated', speed: 3, setup }), provenance);

    for (const [term, value] of [
      ['Replicas', '2 × 4×H100'],
      ['Model', 'm'],
      ['Routing', 'kv-aware'],
      ['Admission', 'late-binding'],
      ['Speed', '3 times the pace of the wall clock'],
      ['Host', 'a CPU, 2 CPUs'],
    ]) {
      expect(foot).toContain(`<dt>${term}</dt><dd>${value}</dd>`);
    }
    expect(foot).toContain('<code>gateway replay --model &#39;a &lt;b&gt;&#39;</code>');
    expect(foot).toMatch(/Made by numagate’s replay on 2026-03-0\d \d\d:\d\d UTC/u);
  });

  it('leaves out what is not known', () => {
    const foot = provenanceFooter(aRun(), provenance);

    expect(foot).not.toContain('Model');
    expect(foot).not.toContain('Routing');
    expect(foot).toContain('<dd>virtual time</dd>');
  });

  it('tells the pace of real engines', () => {
    expect(provenanceFooter(aRun({ target: 'url' }), provenance)).toContain(
      '<dd>1, the pace of the wall clock</dd>',
    );
  });
});
