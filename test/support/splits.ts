import fc from 'fast-check';

/** Every way to cut `bytes` in two, the empty pieces at either end included. */
export function* cutsInTwo(bytes: Buffer): Iterable<readonly Buffer[]> {
  for (let at = 0; at <= bytes.length; at += 1) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

/** One byte at a time. */
export function singleBytes(bytes: Buffer): readonly Buffer[] {
  return Array.from(bytes, (byte) => Buffer.of(byte));
}

/** Any way to cut `bytes` into pieces. */
export function anySplit(bytes: Buffer): fc.Arbitrary<readonly Buffer[]> {
  return fc
    .array(fc.nat({ max: bytes.length }), { maxLength: 20 })
    .map((places) => [0, ...places.toSorted((one, other) => one - other), bytes.length])
    .map((places) => places.slice(1).map((end, index) => bytes.subarray(places[index], end)));
}
