import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Bytes that this process holds between a replica and a client of a gateway; kernel buffers and the one read
 * of a paused answer, 16 KiB at most, are left out.
 */
export interface HeldBytes extends Disposable {
  /** At this moment. */
  readonly now: () => number;
  /** The most that `now` has ever given. */
  readonly most: () => number;
}

/** Watches, by Node's own channels, what a gateway at one port holds of the answers of a replica at another. */
export function watchHeldBytes(gatewayUrl: string, replicaUrl: string): HeldBytes {
  const gatewayPort = Number(new URL(gatewayUrl).port);
  const replicaPort = Number(new URL(replicaUrl).port);
  const responses = new Set<ServerResponse>();
  const upstreams = new Set<Socket>();
  let most = 0;
  const onRequest = (message: unknown): void => {
    const { response, socket } = message as { response: ServerResponse; socket: Socket };
    if (socket.localPort === gatewayPort) responses.add(response);
  };
  const onConnected = (message: unknown): void => {
    // Where it goes is known once it is there.
    upstreams.add((message as { socket: Socket }).socket);
  };
  subscribe('http.server.request.start', onRequest);
  subscribe('net.client.socket', onConnected);
  return {
    now() {
      let bytes = 0;
      for (const response of responses) bytes += response.writableLength;
      for (const socket of upstreams) {
        if (socket.remotePort === replicaPort) bytes += socket.readableLength;
      }
      most = Math.max(most, bytes);
      return bytes;
    },
    most: () => most,
    [Symbol.dispose]() {
      unsubscribe('http.server.request.start', onRequest);
      unsubscribe('net.client.socket', onConnected);
    },
  };
}
