import { describe, expect, it } from 'vitest';
import { worstSection } from '../../../../../gateway/replay/report/html/worst-section.ts';
import { aDecision, aFailure, aResult, aRun } from '../../builders.ts';

describe('the worst requests on the page', () => {
  it('are told with what they asked for, where they went and what they took', () => {
    const slow = aResult({ index: 7, replica: 'replica-1', startMs: 500, endToEndMs: 950 });
    const html = worstSection(aRun({ results: [slow] }));

    expect(html).toContain('<h2>The worst 1</h2>');
    expect(html).toContain(
      '<tr><td>#7</td><td>replica-1</td><td>500 ms</td><td>10</td><td>4</td><td>100 ms</td><td>50 ms</td><td>950 ms</td>',
    );
  });

  it('stand over what the gateway decided, where it was asked', () => {
    const results = [aResult({ requestId: 'q-1' }), aResult({ index: 1 })];
    const receipts = new Map([['q-1', [aDecision({ waitMs: 0 }), aDecision({ waitMs: 50 })]]]);
    const html = worstSection(aRun({ results, receipts }));

    expect(html.match(/<tr class="receipt">/gu)).toHaveLength(1);
    expect(html).toContain('<div>Did not wait; went to replica-0');
    expect(html).toContain('<br/>Waited 50 ms');
    expect(html).toContain('Below each stands what the gateway decided, and why.');
    expect(worstSection(aRun({ results }))).not.toContain('the gateway decided');
  });

  it('say why they failed, as text', () => {
    const html = worstSection(aRun({ results: [aFailure({ error: 'Bad <Request>' })] }));

    expect(html).toContain('<td>failed</td>');
    expect(html).toContain('<div>Bad &lt;Request&gt;</div>');
  });

  it('are left out of a run without requests', () => {
    expect(worstSection(aRun({ results: [] }))).toBe('');
  });
});
