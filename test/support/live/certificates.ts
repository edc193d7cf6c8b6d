import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tests of TLS are left out, or `false`. */
export const withoutOpenssl: string | false =
  spawnSync('openssl', ['version']).status !== 0 && 'there is no openssl to make certificates with';

/** A certificate and its key as files. It is its own authority, and good for 127.0.0.1. */
export interface CertificateFiles extends Disposable {
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM. */
  readonly cert: () => string;
  /** PEM. */
  readonly key: () => string;
  /** Puts another certificate, of another key, in the same place. */
  readonly renew: (commonName: string) => void;
}

/** Makes a certificate with `openssl`. */
export function aCertificate(commonName: string): CertificateFiles {
  const folder = mkdtempSync(join(tmpdir(), 'numagate-tls-'));
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const renew = (name: string): void => {
    make(name, { certFile: `${certFile}.new`, keyFile: `${keyFile}.new` });
    for (const file of [certFile, keyFile]) renameSync(`${file}.new`, file);
  };
  renew(commonName);
  return {
    certFile,
    keyFile,
    cert: () => readFileSync(certFile, 'utf8'),
    key: () => readFileSync(keyFile, 'utf8'),
    renew,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function make(
  commonName: string,
  { certFile, keyFile }: { readonly certFile: string; readonly keyFile: string },
): void {
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';
  const names = ['-subj', `/CN=${commonName}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', keyFile, '-out', certFile];
  const { status, stderr } = spawnSync('openssl', [...request.split(' '), ...names, ...files]);
  if (status !== 0) throw new Error(`openssl made no certificate: ${String(stderr)}`);
}
