import { connect } from 'node:net';

/** Where somebody may listen. */
export interface Port {
  readonly host: string;
  readonly port: number;
}

/** Whether somebody takes a connection there within `waitMs`. Nothing is sent, and nothing stays open. Never rejects. */
export function takesConnections({ host, port }: Port, waitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const tell = (isTaken: boolean): void => {
      socket.destroy();
      resolve(isTaken);
    };
    socket.setTimeout(waitMs, () => tell(false));
    socket.once('connect', () => tell(true));
    socket.once('error', () => tell(false));
  });
}
