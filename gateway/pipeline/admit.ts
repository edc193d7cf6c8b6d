import type { RoutingRequest } from '../../routing/request.ts';
import { GatewayError } from '../generation/error.ts';
import type { Dispatcher, Place } from './dispatcher.ts';
import type { Exchange } from './exchange.ts';

/** Waits for a place. Rejects with the verdict's error, or with `client_closed` when the client leaves the queue. */
export function admit(
  exchange: Exchange,
  request: RoutingRequest,
  dispatcher: Dispatcher,
): Promise<Place> {
  if (exchange.reply.departed) return Promise.reject(leftTheQueue());
  return new Promise((resolve, reject) => {
    const waiting = dispatcher.enter(request, {
      granted(place) {
        exchange.reply.listener = undefined;
        exchange.recorder.queueWaitMs = place.queueWaitMs;
        resolve(place);
      },
      refused(error) {
        exchange.reply.listener = undefined;
        reject(error);
      },
    });
    if (waiting === undefined) return;
    exchange.reply.listener = {
      departed() {
        waiting.leave();
        reject(leftTheQueue());
      },
      resumed: () => undefined,
      turnedOut(error) {
        waiting.leave();
        reject(error);
      },
    };
  });
}

function leftTheQueue(): GatewayError {
  return new GatewayError('client_closed', 'The client left while its request waited for a turn.');
}
