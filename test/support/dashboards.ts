import { dashboards } from '../../telemetry/dashboards/catalog.ts';
import { eventsQuery } from '../../telemetry/dashboards/draw-dashboard.ts';
import type { Dashboard } from '../../telemetry/dashboards/dashboard.ts';
import type { Panel } from '../../telemetry/dashboards/panel.ts';
import { queriesOf } from '../../telemetry/dashboards/panel.ts';
import { namedIn } from './promql.ts';

/** A query, and where it is asked. */
export interface AskedQuery {
  /** Dashboard and panel. */
  readonly where: string;
  readonly expr: string;
}

/** The panels of a dashboard, from left to right and down. */
export function panelsOf({ rows }: Dashboard): readonly Panel[] {
  return rows.flatMap(({ panels }) => panels);
}

/** Every PromQL query of every dashboard, that of the marks included. */
export const askedQueries: readonly AskedQuery[] = [
  { where: 'the marks of all', expr: eventsQuery },
  ...dashboards.flatMap((dashboard) =>
    panelsOf(dashboard).flatMap((panel) =>
      queriesOf(panel).map(({ expr }) => ({ where: `${dashboard.name}: ${panel.title}`, expr })),
    ),
  ),
];

/** The panel with this title. */
export function panelOf(dashboard: Dashboard, title: string): Panel {
  const panel = panelsOf(dashboard).find((one) => one.title === title);
  if (panel === undefined) throw new Error(`${dashboard.name} has no panel “${title}”`);
  return panel;
}

/** The queries of the panel with this title. */
export function exprsOf(dashboard: Dashboard, title: string): readonly string[] {
  return queriesOf(panelOf(dashboard, title)).map(({ expr }) => expr);
}

/** The metrics that the panel with this title shows. */
export function metricsOf(dashboard: Dashboard, title: string): readonly string[] {
  const shown = exprsOf(dashboard, title).flatMap((expr) => namedIn(expr).metrics);
  return [...new Set(shown.map(({ name }) => name))];
}
