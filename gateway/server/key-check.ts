import { createHash, timingSafeEqual } from 'node:crypto';

const BEARER = /^bearer +(\S+) *$/i;

/** The token of an `Authorization: Bearer …` header, or `undefined` where there is none. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? '')?.[1];
}

/** SHA-256 of a key's text, the only form in which keys are kept. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Compares bearer tokens with one key in constant time. */
export class KeyCheck {
  readonly #hash: Buffer | undefined;

  /** `sha256`: 64 hex digits, or `undefined` where no key is set up. */
  constructor(sha256: string | undefined) {
    this.#hash = sha256 === undefined ? undefined : Buffer.from(sha256, 'hex');
  }

  /** Whether there is a key at all. */
  get isSet(): boolean {
    return this.#hash !== undefined;
  }

  /** True for the key's bearer, and for everybody where no key is set up. */
  accepts(authorization: string | undefined): boolean {
    if (this.#hash === undefined) return true;
    const token = bearerToken(authorization);
    return token !== undefined && timingSafeEqual(hashKey(token), this.#hash);
  }
}
