import type { ShedReason } from '../../routing/admission.ts';
import type { Fleet } from '../../routing/fleet.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import { GatewayError } from '../generation/error.ts';

const SHED_MESSAGES: Readonly<Record<ShedReason, string>> = {
  'queue-full': 'Every replica is full and so is the queue.',
  'queue-bytes-full':
    'Every replica is full, and the bodies that wait take up all memory they may.',
  'queue-tokens-full': 'Every replica is full, and as many prompt tokens wait as may.',
  'queue-too-long': 'Every replica is full, and the queue takes longer than the longest wait.',
  'deadline-hopeless':
    'Every replica is full, and the queue outlasts the time limit of the request.',
  'sojourn-exceeded': 'No replica had room within the longest wait.',
  'deadline-passed': 'The time limit of the request passed while it waited.',
};

/** Our own capacity is used up: `saturated`, with the time after which to come back. */
export function shed(reason: ShedReason, retryAfterMs: number): GatewayError {
  return new GatewayError('saturated', SHED_MESSAGES[reason], { retryAfterMs, reason });
}

/** No replica has the model. */
export function modelNotFound(model: string): GatewayError {
  const message = `No replica serves the model '${model}': GET /v1/models lists what is served.`;
  return new GatewayError('model_not_found', message, { param: 'model' });
}

/** By the filter that dropped the last replica; policies may have filters of their own. */
const UNROUTABLE_MESSAGES: Readonly<Record<string, string>> = {
  'empty-fleet': 'The gateway has no replica yet.',
  serves: 'No replica is known to serve the model yet.',
  ready: 'No replica of the model is ready.',
  drained: 'Every replica of the model is drained, and takes no new requests.',
  'not-excluded': 'Every replica that could take the request has failed it.',
};

/** A replica that is down comes back within seconds or not soon. */
const NO_REPLICA_RETRY_AFTER_MS = 2_000;

/**
 * Nobody can take the request. A model that no replica has is the client's mistake, but only while every
 * replica has told its models; else it may be one that is on its way.
 */
export function unroutable(request: RoutingRequest, filter: string, fleet: Fleet): GatewayError {
  const { model, engine } = request;
  const replicas = fleet.replicas();
  const isKnown = replicas.some((replica) => replica.models.includes(model));
  const allTold = replicas.every((replica) => replica.models.length > 0);
  if (filter === 'serves' && !isKnown && allTold) {
    return modelNotFound(model);
  }
  if (filter === 'speaks') {
    return new GatewayError('not_found', `No replica is ${engine}, whose own API this is.`);
  }
  const own = replicas.filter(({ models }) => models.length === 0 || models.includes(model));
  const isDrained = own.every(({ id }) => fleet.state(id) === 'draining');
  const word = filter === 'ready' && own.length > 0 && isDrained ? 'drained' : filter;
  const message = UNROUTABLE_MESSAGES[word] ?? 'No replica can take the request now.';
  return new GatewayError('no_replica', message, {
    retryAfterMs: NO_REPLICA_RETRY_AFTER_MS,
    reason: filter,
  });
}
