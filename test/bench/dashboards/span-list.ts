import type { ReadSpan } from '../../support/live/otlp-reader.ts';

/** Spans that a TraceQL query of a dashboard finds, of the few forms that they have, newest first. */
export function spansFound(traceql: string, spans: readonly ReadSpan[]): readonly ReadSpan[] {
  const [, braces = ''] = /^\{(.*?)\}/u.exec(traceql) ?? [];
  const conditions = braces.split('&&').map((text) => text.trim());
  return spans
    .filter((span) => conditions.every((condition) => holds(condition, span)))
    .toSorted((one, other) => Number(other.startNs - one.startNs));
}

/** The attributes that a query asks to see. */
export function columnsOf(traceql: string): readonly string[] {
  const [, list = ''] = /select\((.*)\)$/u.exec(traceql) ?? [];
  return list.split(',').map((name) => name.trim().replace(/^span\./u, ''));
}

function holds(condition: string, span: ReadSpan): boolean {
  if (condition === 'kind = server') return span.kind === 2;
  if (condition === 'kind = client') return span.kind === 3;
  const [, name = '', operator, value = ''] =
    /^span\.([\w.]+) (=~|=|>) "?([^"]*)"?$/u.exec(condition) ?? [];
  const held = span.attributes[name];
  if (operator === '>') return Number(held) > Number(value);
  if (operator === '=~') return value === '$replica' && held !== undefined;
  return String(held) === value;
}
