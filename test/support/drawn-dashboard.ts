import { z } from 'zod';

/** A query of a panel, as Grafana reads it. */
export interface DrawnTarget {
  readonly refId: string;
  readonly expr?: string | undefined;
  readonly query?: string | undefined;
  readonly legendFormat: string;
  readonly exemplar?: boolean | undefined;
  readonly [member: string]: unknown;
}

/** Looks of some of a panel's series. */
export interface DrawnOverride {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
}

/** A panel as Grafana reads it, as far as tests and pictures do. */
export interface DrawnPanel {
  readonly id: number;
  readonly type: 'row' | 'stat' | 'timeseries' | 'heatmap' | 'table' | 'state-timeline' | 'logs';
  readonly title: string;
  readonly description: string;
  readonly datasource?: { readonly type: string; readonly uid: string } | undefined;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets: readonly DrawnTarget[];
  readonly transformations: readonly { readonly id: string; readonly options?: unknown }[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly fieldConfig: {
    readonly defaults: Readonly<Record<string, unknown>>;
    readonly overrides: readonly DrawnOverride[];
  };
}

/** A dashboard as Grafana reads it, as far as tests and pictures do. */
export interface DrawnDashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly schemaVersion: number;
  readonly panels: readonly DrawnPanel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string | undefined }[];
  };
  readonly links: readonly object[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

/** Checks a panel, and leaves out what nobody reads. */
export const drawnPanel: z.ZodType<DrawnPanel> = z.object({
  id: z.int().positive(),
  type: z.enum(['row', 'stat', 'timeseries', 'heatmap', 'table', 'state-timeline', 'logs']),
  title: z.string().min(1),
  description: z.string().default(''),
  datasource: z.object({ type: z.string(), uid: z.string() }).optional(),
  gridPos: z.object({
    x: z.int().min(0),
    y: z.int().min(0),
    w: z.int().min(1).max(24),
    h: z.int().min(1),
  }),
  targets: z
    .array(
      z.looseObject({
        refId: z.string().regex(/^[A-Z]$/u),
        expr: z.string().optional(),
        query: z.string().optional(),
        legendFormat: z.string().default(''),
        exemplar: z.boolean().optional(),
      }),
    )
    .default([]),
  transformations: z.array(z.object({ id: z.string(), options: z.unknown() })).default([]),
  options: z.record(z.string(), z.unknown()).default({}),
  fieldConfig: z
    .object({
      defaults: z.record(z.string(), z.unknown()),
      overrides: z.array(
        z.object({
          matcher: z.object({ id: z.string(), options: z.string() }),
          properties: z.array(z.object({ id: z.string(), value: z.unknown() })),
        }),
      ),
    })
    .default({ defaults: {}, overrides: [] }),
});

/** Checks a dashboard. */
export const drawnDashboard: z.ZodType<DrawnDashboard> = z.object({
  uid: z.string().regex(/^[\w-]{1,40}$/u),
  title: z.string().min(1),
  description: z.string(),
  schemaVersion: z.int(),
  panels: z.array(drawnPanel),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), definition: z.string().optional() })),
  }),
  links: z.array(z.looseObject({})),
  annotations: z.object({ list: z.array(z.looseObject({ expr: z.string() })) }),
});
