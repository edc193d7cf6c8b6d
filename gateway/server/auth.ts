import { timingSafeEqual } from 'node:crypto';

import { GatewayError } from '../generation/error.ts';
import { ANONYMOUS_TENANT } from '../generation/tenant.ts';
import { bearerToken, hashKey } from './key-check.ts';

/** One API key, known by the SHA-256 of its text, and whose it is. */
export interface ApiKey {
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  readonly tenant: string;
}

/** Tells whose a request is. Without keys everybody is `ANONYMOUS_TENANT`, whatever they send. */
export class Authenticator {
  readonly #keys: readonly { readonly hash: Buffer; readonly tenant: string }[];

  constructor(keys: readonly ApiKey[]) {
    this.#keys = keys.map(({ sha256, tenant }) => ({ hash: Buffer.from(sha256, 'hex'), tenant }));
  }

  /** The tenant of a bearer token. Throws `unauthenticated`. */
  tenantOf(authorization: string | undefined): string {
    if (this.#keys.length === 0) return ANONYMOUS_TENANT;
    const token = bearerToken(authorization);
    if (token === undefined) {
      throw new GatewayError(
        'unauthenticated',
        'An API key is needed: Authorization: Bearer <key>',
      );
    }
    const tenant = this.#match(token);
    if (tenant === undefined)
      throw new GatewayError('unauthenticated', 'The API key is not known.');
    return tenant;
  }

  /** Compares with every key, found or not, so that time tells nothing of which one matched. */
  #match(token: string): string | undefined {
    const hash = hashKey(token);
    let tenant: string | undefined;
    for (const key of this.#keys) {
      if (timingSafeEqual(key.hash, hash)) tenant = key.tenant;
    }
    return tenant;
  }
}
