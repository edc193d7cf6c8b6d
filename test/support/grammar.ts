import { parser as logqlParser } from '@grafana/lezer-logql';
import { parser as traceqlParser } from '@grafana/lezer-traceql';
import type { LRParser } from '@lezer/lr';
import { parser as promqlParser } from '@prometheus-io/lezer-promql';

/** What Grafana's sources are asked in. */
export type QueryLanguage = 'promql' | 'traceql' | 'logql';

/** The grammars of their own editors. */
const parsers: Readonly<Record<QueryLanguage, LRParser>> = {
  promql: promqlParser,
  traceql: traceqlParser,
  logql: logqlParser,
};

/** What of a query its language has no rule for, each with what stands behind it; none where it is well formed. */
export function grammarErrors(language: QueryLanguage, query: string): readonly string[] {
  const errors: string[] = [];
  parsers[language].parse(query).iterate({
    enter: ({ type, from }) => {
      if (type.isError) errors.push(`at ${from}: ${query.slice(from, from + 20)}`);
    },
  });
  return errors;
}
