import type { PlainAnswer } from '../plain-answer.ts';
import type { ReplicaView } from '../replica-view.ts';

/** A page in Prometheus' text format of the given version. */
export function prometheusAnswer(version: '0.0.4' | '1.0.0', body: string): PlainAnswer {
  return { status: 200, contentType: `text/plain; version=${version}; charset=utf-8`, body };
}

/** Answers a scrape with what `write` makes of the replica at that moment. */
export function promptMetrics(
  version: '0.0.4' | '1.0.0',
  write: (replica: ReplicaView) => string,
): (replica: ReplicaView) => PlainAnswer {
  return (replica) => prometheusAnswer(version, write(replica));
}
