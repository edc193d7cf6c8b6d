import { z } from 'zod';

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A whole number within bounds, both included. */
export function whole({ min, max }: Bounds): z.ZodInt {
  return z.int().min(min).max(max);
}

/** Text of one line, so that no setting can end a header or a log line. */
export function line(charactersMax: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(charactersMax)
    .regex(/^[^\r\n\0]*$/, 'text of one line');
}

/** A name or address to listen at. */
export const host: z.ZodString = line(255);
/** A TCP port; 0 takes a free one. */
export const port: z.ZodInt = whole({ min: 0, max: 65_535 });
/** A path. */
export const file: z.ZodString = line(4_096);
/** SHA-256 of a secret, in hex. */
export const sha256: z.ZodString = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits');

/** An origin alone: engines have their API at its root, and a path would be put in front of all of it. */
export const origin: z.ZodType<string> = z
  .string()
  .max(2_048)
  .refine(isOrigin, 'http:// or https://, a host and a port, and no path')
  .transform((url) => new URL(url).origin);

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  // Nothing but scheme, host and port: credentials, a path or a query would stand in `href`.
  return url.href === `${url.origin}/`;
}
