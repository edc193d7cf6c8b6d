import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtobufWriter } from '../../telemetry/protobuf-writer.ts';

function bytesOf(write: (writer: ProtobufWriter) => void, sizeBytes = 4096): number[] {
  const writer = new ProtobufWriter(sizeBytes);
  write(writer);
  return [...writer.written()];
}

function hexOf(write: (writer: ProtobufWriter) => void, sizeBytes?: number): string {
  return Buffer.from(bytesOf(write, sizeBytes)).toString('hex');
}

// Examples with a value of their own are those of https://protobuf.dev/programming-guides/encoding/.
describe('a protobuf writer', () => {
  it.each([
    [0, '00'],
    [1, '01'],
    [127, '7f'],
    [128, '8001'],
    [150, '9601'],
    [16_383, 'ff7f'],
    [16_384, '808001'],
    [2 ** 32, '8080808010'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
  ])('writes %i as the varint %s', (value, hex) => {
    expect(hexOf((writer) => writer.varintBytes(value))).toBe(hex);
  });

  it('writes integer, double and fixed fields under their tags', () => {
    expect(hexOf((writer) => writer.integer(1, 150))).toBe('089601');
    expect(hexOf((writer) => writer.double(4, 0.5))).toBe('21000000000000e03f');
    expect(hexOf((writer) => writer.fixed32(16, 0x301))).toBe('850101030000');
  });

  it('writes texts in UTF-8', () => {
    expect(hexOf((writer) => writer.text(2, 'testing'))).toBe('120774657374696e67');
    expect(hexOf((writer) => writer.text(2, ''))).toBe('1200');
  });

  it('writes hex digits as bytes', () => {
    expect(hexOf((writer) => writer.hex(1, '0123456789abcdef'))).toBe('0a080123456789abcdef');
  });

  it('copies ready-made bytes', () => {
    expect(bytesOf((writer) => writer.raw(Uint8Array.of(1, 2, 3)))).toEqual([1, 2, 3]);
  });

  it('nests messages', () => {
    const hex = hexOf((writer) => {
      const message = writer.open(3);
      writer.integer(1, 150);
      writer.close(message);
    });

    expect(hex).toBe('1a03089601');
  });

  it.each([
    [127, '7f'],
    [128, '8001'],
    [16_383, 'ff7f'],
    [16_384, '808001'],
    [100_000, 'a08d06'],
  ])('gives a message of %i bytes the shortest length, %s', (length, lengthHex) => {
    const bytes = bytesOf((writer) => {
      const message = writer.open(1);
      writer.raw(new Uint8Array(length).fill(7));
      writer.close(message);
      writer.raw(Uint8Array.of(9));
    }, 200_000);

    const head = [0x0a, ...Buffer.from(lengthHex, 'hex')];
    expect(bytes.slice(0, head.length)).toEqual(head);
    expect(bytes).toHaveLength(head.length + length + 1);
    expect(bytes.slice(head.length, -1).every((byte) => byte === 7)).toBe(true);
    expect(bytes.at(-1)).toBe(9);
  });

  it('refuses a message that no batch can hold', () => {
    const writer = new ProtobufWriter(2 ** 21 + 10);
    const message = writer.open(1);
    writer.rewind(message + 2 ** 21);

    expect(() => writer.close(message)).toThrow('2 MiB');
  });

  it('counts what is written and what still fits', () => {
    const writer = new ProtobufWriter(100);
    writer.text(1, 'abc');

    expect(writer.length).toBe(5);
    expect(writer.roomBytes).toBe(95);

    writer.rewind(2);
    expect([...writer.written()]).toEqual([0x0a, 3]);
  });
});

describe('any text', () => {
  it('is written as the platform encodes it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const encoded = Buffer.from(text).toString('hex');
        const written = hexOf((writer) => writer.text(1, text));

        expect(written.endsWith(encoded)).toBe(true);
        expect(written.length - encoded.length).toBe(encoded.length < 256 ? 4 : 6);
      }),
    );
  });
});

describe('half a character', () => {
  it('is written as the sign for what cannot be read', () => {
    expect(hexOf((writer) => writer.text(1, 'a\uD83Db'))).toBe('0a0561efbfbd62');
  });
});

describe('any moment', () => {
  it('is written in nanoseconds, exact to the microsecond of the double', () => {
    const moment = fc.double({ min: 0, max: 4_000_000_000_000, noNaN: true });
    fc.assert(
      fc.property(moment, (wallMs) => {
        const bytes = Buffer.from(bytesOf((writer) => writer.nanoseconds(7, wallMs)));
        const whole = Math.floor(wallMs);
        const expected = BigInt(whole) * 1_000_000n + BigInt(Math.round((wallMs - whole) * 1e6));

        expect(bytes[0]).toBe(0x39);
        expect(bytes.readBigUInt64LE(1)).toBe(expected);
      }),
    );
  });
});
