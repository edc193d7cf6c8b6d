import { readFileSync, watchFile } from 'node:fs';

import type { TlsSettings } from '../config/settings.ts';
import type { Listener, TlsPair } from './listen.ts';

/** How often the files are looked at: a look costs microseconds, and who renews by hand wants to see it. */
const LOOK_MS = 1_000;

/** Reads a certificate and its key. Throws where one cannot be read. */
export function readTls({ certFile, keyFile }: TlsSettings): TlsPair {
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

/** What is said of a renewal. */
export interface TlsLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Serves a renewed certificate to new connections; one that is broken is told and the old one stays. */
export function watchTls(files: TlsSettings, listener: Listener, log: TlsLog): void {
  for (const file of [files.certFile, files.keyFile]) {
    watchFile(file, { interval: LOOK_MS, persistent: false }, () => {
      try {
        listener.renewTls(readTls(files));
        log.info({ file }, 'certificate renewed');
      } catch (error) {
        log.error({ err: error, file }, 'the renewed certificate cannot be used');
      }
    });
  }
}
