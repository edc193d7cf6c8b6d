import { describe, expect, it } from 'vitest';
import { request } from '../../../telemetry/dashboards/request.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { exprsOf, metricsOf, panelsOf } from '../../support/dashboards.ts';

describe('the dashboard of a request', () => {
  it('counts as failed what ended with a status of 500 or above, out of all', () => {
    const [expr = ''] = exprsOf(request, 'How many fail?');

    expect(expr).toContain('http_response_status_code=~"5.."');
    expect(expr.split(' / ')[1]).not.toContain('http_response_status_code');
    expect(metricsOf(request, 'How many fail?')).toEqual([metrics.requests.name]);
  });

  it('goes from the waiting room over the first token to the gaps', () => {
    const steps = panelsOf(request).filter(({ title }) => /^\d\./u.test(title));

    expect(steps.flatMap(({ title }) => metricsOf(request, title))).toEqual([
      metrics.queueWait.name,
      metrics.timeToFirstToken.name,
      metrics.interTokenLatency.name,
    ]);
  });

  it('draws first tokens and gaps as heatmaps, since a mean hides stalls', () => {
    const maps = panelsOf(request).filter(({ kind }) => kind === 'heatmap');

    expect(maps.flatMap(({ title }) => metricsOf(request, title))).toEqual([
      metrics.timeToFirstToken.name,
      metrics.interTokenLatency.name,
    ]);
  });

  it('lists the slow, the failed and the stalled ones with what leads on to their receipts', () => {
    const lists = panelsOf(request).flatMap((panel) =>
      panel.kind === 'traces' ? [panel.traceql] : [],
    );

    expect(lists.filter((traceql) => traceql.includes('kind = server'))).toHaveLength(3);
    for (const traceql of lists.slice(0, 3)) expect(traceql).toContain('span.gateway.request.id');
  });
});
