import { describe, expect, it } from 'vitest';
import { labPage } from '../../../../gateway/replay/lab/lab-page.ts';
import { policyNames } from '../../../../routing/policies/catalog.ts';
import type { LabEntry } from '../../../../gateway/replay/lab/lab-run.ts';
import { aLabEntry, aLabResult } from '../../../support/lab.ts';

function pageOf(...entries: readonly LabEntry[]): string {
  const facts = ['400 requests <random>.', 'Simulated.'];
  return labPage({ facts, requests: 400, entries, startedAt: new Date(0) });
}

describe('the page of a lab', () => {
  it('says what was compared, when, and that it is simulated', () => {
    const page = pageOf(aLabEntry(), aLabEntry({ policy: 'round-robin' }));

    expect(page).toContain('<h1>400 requests under 2 policies</h1>');
    expect(page).toContain('400 requests &lt;random&gt;. Simulated.');
    expect(page).toContain('on 1970-01-01 00:00 UTC, on virtual time: simulated replicas');
  });

  it('sets the best of each column in bold', () => {
    const page = pageOf(aLabEntry(), aLabEntry({ policy: 'round-robin', goodput: 12 }));

    expect(page).toContain('<b>12</b>');
    expect(page).not.toContain('<b>11</b>');
  });

  it('draws a line for each policy in each of four charts, which are drawn for wide and for narrow pages', () => {
    const page = pageOf(aLabEntry(), aLabEntry({ policy: 'round-robin' }));

    expect(page.match(/<svg /gu)).toHaveLength(8);
    expect(page.match(/class="line series-0"/gu)).toHaveLength(8);
    expect(page.match(/class="line series-1"/gu)).toHaveLength(8);
  });

  it('dashes the lines of policies past the eighth, which share a colour', () => {
    const page = pageOf(...policyNames.slice(0, 9).map((policy) => aLabEntry({ policy })));

    expect(page.match(/class="line series-0 later"/gu)).toHaveLength(8);
    expect(page).toContain('class="line series-7"');
  });

  it('ends a distribution at the slowest request', () => {
    const results = [100, 300].map((timeToFirstTokenMs) => aLabResult({ timeToFirstTokenMs }));
    const [, chart = ''] = pageOf(aLabEntry({ results })).split('<b>TTFT</b>');

    expect(chart).toContain('>300 ms</text>');
    expect(chart.split('</svg>')[0]).not.toContain('>350 ms</text>');
  });

  it('stands where no request was answered', () => {
    const page = pageOf(aLabEntry({ results: [aLabResult({ succeeded: false })], samples: [] }));

    expect(page).not.toContain('NaN');
    expect(page).not.toContain('Infinity');
  });

  it('needs nothing from elsewhere', () => {
    const page = pageOf(aLabEntry());

    expect(page).not.toMatch(/<script|<link|https?:|url\(/u);
  });
});
