import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rejectedSpans } from '../../telemetry/partial-success.ts';
import { ProtobufWriter } from '../../telemetry/protobuf-writer.ts';

/** An answer as a collector writes it. */
function anAnswer(write: (message: ProtobufWriter) => void): Uint8Array {
  const writer = new ProtobufWriter(4096);
  const partialSuccess = writer.open(1);
  write(writer);
  writer.close(partialSuccess);
  return writer.written();
}

describe('an answer of a collector', () => {
  it.each([0, 1, 127, 128, 70_000, 2 ** 40])('that rejects %i spans says so', (rejected) => {
    expect(rejectedSpans(anAnswer((message) => message.integer(1, rejected)))).toBe(rejected);
  });

  it('rejects nothing where it is empty', () => {
    expect(rejectedSpans(new Uint8Array())).toBe(0);
    expect(rejectedSpans(anAnswer(() => {}))).toBe(0);
  });

  it('rejects nothing where it only has something to say', () => {
    expect(rejectedSpans(anAnswer((message) => message.text(2, 'be quick')))).toBe(0);
  });

  it('is read behind a message of any length, and behind fields that are not known', () => {
    const answer = anAnswer((message) => {
      message.text(2, 'x'.repeat(300));
      message.integer(9, 5);
      message.integer(1, 77);
    });

    expect(rejectedSpans(answer)).toBe(77);
  });

  it('with a field of another width is not read on', () => {
    const answer = anAnswer((message) => {
      message.double(3, 1);
      message.integer(1, 77);
    });

    expect(rejectedSpans(answer)).toBe(0);
  });

  it('that is no message at all ends the reading, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (answer) => {
        expect(rejectedSpans(answer)).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(rejectedSpans(new TextEncoder().encode('<html>502</html>'))).toBe(0);
  });
});
