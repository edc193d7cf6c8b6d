import type { RoutingRequest } from '../../routing/request.ts';
import { GatewayError } from '../generation/error.ts';
import type { Dispatcher, Place } from './dispatcher.ts';
import type { Exchange } from './exchange.ts';
import type { Trail } from './trail.ts';

/** What a request is admitted by. */
export interface AdmitParts {
  readonly dispatcher: Dispatcher;
  readonly trail: Trail;
}

/** Waits for a place. Rejects with the verdict's error, or with `client_closed` when the client leaves the queue. */
export function admit(
  exchange: Exchange,
  request: RoutingRequest,
  { dispatcher, trail }: AdmitParts,
): Promise<Place> {
  if (exchange.reply.departed) return Promise.reject(leftTheQueue());
  return new Promise((resolve, reject) => {
    const waiting = dispatcher.enter(request, {
      granted(place) {
        exchange.reply.listener = undefined;
        exchange.recorder.queueWaitMs = place.queueWaitMs;
        trail.granted(request, place);
        resolve(place);
      },
      refused(error, refusal) {
        exchange.reply.listener = undefined;
        trail.refused(request, error, refusal);
        reject(error);
      },
    });
    if (waiting === undefined) return;
    const leave = (error: GatewayError): void => {
      trail.refused(request, error, { wait: waiting.wait(), receipt: undefined });
      waiting.leave();
      reject(error);
    };
    exchange.reply.listener = {
      departed: () => leave(leftTheQueue()),
      resumed: () => undefined,
      turnedOut: leave,
    };
  });
}

function leftTheQueue(): GatewayError {
  return new GatewayError('client_closed', 'The client left while its request waited for a turn.');
}
