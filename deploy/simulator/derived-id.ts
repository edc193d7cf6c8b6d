import { createHash } from 'node:crypto';

/** 32 hexadecimal digits that follow from an id and a name within it. */
export function derivedId(id: string, name: string): string {
  return createHash('md5').update(`${id}-${name}`).digest('hex');
}
