import { describe, expect, it } from 'vitest';
import { sloRow } from '../../../telemetry/dashboard/slo-row.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { exprsOf, metricsOf } from '../../support/panels.ts';

describe('the row of what clients feel', () => {
  it('opens with a line of six figures', () => {
    const kinds = sloRow.panels.map(({ kind }) => kind);

    expect(kinds.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => 'stat'));
    expect(kinds.slice(6)).not.toContain('stat');
  });

  it('counts as failed what ended with a status of 500 or above, out of all', () => {
    const [expr = ''] = exprsOf(sloRow, 'Failed');
    const [failed, all] = expr.split(' / ');

    expect(failed).toContain('http_response_status_code=~"5.."');
    expect(all).not.toContain('http_response_status_code');
    expect(metricsOf(sloRow, 'Failed')).toEqual([metrics.requests.name]);
  });

  it('draws the gaps between tokens as a heatmap, since a mean hides stalls', () => {
    const heatmaps = sloRow.panels.filter(({ kind }) => kind === 'heatmap');

    expect(heatmaps.map(({ title }) => metricsOf(sloRow, title))).toEqual([
      [metrics.interTokenLatency.name],
    ]);
  });

  it('shows each of the four latencies of the field', () => {
    const shown = sloRow.panels.flatMap(({ title }) => metricsOf(sloRow, title));

    expect(shown).toEqual(
      expect.arrayContaining([
        metrics.timeToFirstToken.name,
        metrics.interTokenLatency.name,
        metrics.timePerOutputToken.name,
        metrics.requestDuration.name,
      ]),
    );
  });
});
