import type { ReplicaView } from '../replica-view.ts';
import type { Page } from './protocol.ts';

/** Answers a scrape, in Prometheus' text format, with what `write` makes of the replica at that moment. */
export function metricsPage(
  version: '0.0.4' | '1.0.0',
  write: (replica: ReplicaView) => string,
): Page {
  const contentType = `text/plain; version=${version}; charset=utf-8`;
  return (replica) => ({ status: 200, contentType, body: write(replica) });
}
