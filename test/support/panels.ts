import type { Row } from '../../telemetry/dashboard/panel.ts';
import { namedIn } from './promql.ts';

/** The queries of the panel with this title; none where there is no such panel. */
export function exprsOf(row: Row, title: string): readonly string[] {
  const panel = row.panels.find((one) => one.title === title);
  return panel?.queries.map(({ expr }) => expr) ?? [];
}

/** The metrics that the panel with this title shows. */
export function metricsOf(row: Row, title: string): readonly string[] {
  const shown = exprsOf(row, title).flatMap((expr) => namedIn(expr).metrics);
  return [...new Set(shown.map(({ name }) => name))];
}
