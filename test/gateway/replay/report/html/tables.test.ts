import { describe, expect, it } from 'vitest';
import {
  comparisonSection,
  costSections,
  percentilesSection,
  sharesSection,
  tableRow,
  tableSection,
} from '../../../../../gateway/replay/report/html/tables.ts';
import { aCost, aResult, aRun } from '../../builders.ts';

describe('a table of the page', () => {
  it('lets no text become markup, in heads or in cells', () => {
    const html = tableSection('<h>', ['<th>'], [tableRow(['<td>', '&'])]);

    expect(html).toContain('<h2>&lt;h&gt;</h2>');
    expect(html).toContain('<th>&lt;th&gt;</th>');
    expect(html).toContain('<tr><td>&lt;td&gt;</td><td>&amp;</td></tr>');
  });

  it('has no head where it has no heads', () => {
    expect(tableSection('Cost', [], [])).not.toContain('<thead>');
  });

  it('gives the latencies in figures that can be copied', () => {
    const html = percentilesSection(aRun({ results: [aResult()] }));

    expect(html).toContain(
      '<tr><td>TTFT</td><td>100 ms</td><td>100 ms</td><td>100 ms</td><td>100 ms</td><td>100 ms</td><td>100 ms</td></tr>',
    );
    expect(html).toContain('<td>E2E</td><td>250 ms</td>');
  });

  it('is left out where nothing is known', () => {
    expect(comparisonSection([])).toBe('');
    expect(sharesSection(aRun())).toBe('');
    expect(costSections(aRun())).toEqual([]);
  });

  it('tells each part of the cost by itself', () => {
    const sections = costSections(
      aRun({ gatewayCost: aCost({ queueWaitMs: 12, cpuMsPerToken: 0.02 }) }),
    );

    expect(sections).toHaveLength(2);
    expect(sections[1]).toContain('<td>CPU per output token</td><td>0.02 ms</td>');
  });
});
