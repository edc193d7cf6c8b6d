import type { Row } from './panel.ts';

/** What a dashboard asks its reader for, beside the model, the NUMA node and the replica. */
export type OwnVariable = 'traces' | 'logs' | 'before';

/** One dashboard: a question, and the panels that answer it. */
export interface Dashboard {
  /** Of its file and of its address in Grafana. */
  readonly name: string;
  readonly title: string;
  /** Which question it answers, in a sentence. */
  readonly description: string;
  readonly variables: readonly OwnVariable[];
  readonly rows: readonly Row[];
}
