import { lstatSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

/** Only its owner may start engines here, or read what they say. */
const FOLDER_MODE = 0o700;
const OTHERS = 0o077;

/** Longest path of a Unix socket on Linux, one byte kept for its end. */
export const SOCKET_PATH_BYTES_MAX = 107;

/** Where a launcher and the gateways of one host meet. */
export interface RunDir {
  readonly path: string;
  readonly socket: string;
  readonly stateFile: string;
  readonly launcherLog: string;
  logFileOf(id: string): string;
}

/** The names in a run directory, whether it is there or not. Throws where its path is too long for a socket. */
export function runDirAt(path: string): RunDir {
  const whole = resolve(path);
  const socket = join(whole, 'launcher.sock');
  if (Buffer.byteLength(socket) > SOCKET_PATH_BYTES_MAX) {
    const most = `${SOCKET_PATH_BYTES_MAX} bytes`;
    throw new Error(
      `${socket} is longer than the ${most} of a socket's path: take a shorter --run-dir`,
    );
  }
  return {
    path: whole,
    socket,
    stateFile: join(whole, 'state.json'),
    launcherLog: join(whole, 'launcher.log'),
    logFileOf: (id) => join(whole, `${id}.log`),
  };
}

/** Makes the directory, or sees that it is ours alone. Throws where others could write there. */
export function prepareRunDir({ path }: RunDir): void {
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  const { uid, mode } = lstatSync(path);
  if (uid !== process.getuid?.()) {
    throw new Error(`${path} belongs to user ${uid}: take another --run-dir`);
  }
  if ((mode & OTHERS) !== 0) {
    throw new Error(`other users can enter ${path}: chmod 700 it, or take another --run-dir`);
  }
}

/**
 * Takes the directory for one launcher; the kernel gives it back when the process ends, by kill -9 too.
 * Rejects where another launcher has it.
 */
export async function lockRunDir({ path }: RunDir): Promise<Disposable> {
  const { ino, dev } = lstatSync(path);
  const server = createServer((connection) => connection.destroy());
  await new Promise<void>((done, reject) => {
    server.once('error', (cause) => reject(new Error(`another launcher has ${path}`, { cause })));
    // An abstract socket: it has no file that could outlive its process.
    server.listen(`\0numagate-launcher-${dev}-${ino}`, done);
  });
  server.unref();
  return { [Symbol.dispose]: () => void server.close() };
}
