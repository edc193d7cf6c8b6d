import assert from 'node:assert';

/** Protobuf wire types (https://protobuf.dev/programming-guides/encoding/). */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const TWO_TO_32 = 4_294_967_296;

/**
 * Writes protobuf fields one after the other into a buffer of fixed size. Field numbers are 1 to
 * 15, save for `fixed32`. The caller keeps room for what it writes.
 */
export class ProtobufWriter {
  readonly #buffer: Buffer;
  readonly #view: DataView;
  #at = 0;

  /** Takes `sizeBytes` of memory at once and never more. */
  constructor(sizeBytes: number) {
    this.#buffer = Buffer.allocUnsafeSlow(sizeBytes);
    this.#view = new DataView(this.#buffer.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at;
  }

  /** Bytes that still fit. */
  get roomBytes(): number {
    return this.#buffer.length - this.#at;
  }

  /** What was written: a view, valid until `rewind`. */
  written(): Uint8Array {
    return new Uint8Array(this.#buffer.buffer, 0, this.#at);
  }

  /** Forgets all that was written behind `length`. */
  rewind(length: number): void {
    this.#at = length;
  }

  /** Opens a message field; the number it returns closes it. */
  open(field: number): number {
    this.#buffer[this.#at] = (field << 3) | LENGTH_DELIMITED;
    this.#at += 2;
    return this.#at;
  }

  /** Writes the length of the message opened at `start`. A long one is moved to make room for its length. */
  close(start: number): void {
    const length = this.#at - start;
    if (length < 0x80) {
      this.#buffer[start - 1] = length;
      return;
    }
    const extraBytes = length < 0x4000 ? 1 : 2;
    assert(length < 0x20_0000, 'a message of 2 MiB is more than anything here writes');
    this.#buffer.copyWithin(start + extraBytes, start, this.#at);
    const endAt = this.#at + extraBytes;
    this.#at = start - 1;
    this.varintBytes(length);
    this.#at = endAt;
  }

  /** Writes a bare varint (0 to 2^53 - 1). */
  varintBytes(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#at] = (rest % 0x80) | 0x80;
      this.#at += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#at] = rest;
    this.#at += 1;
  }

  /** Writes an integer field (0 to 2^53 - 1), be it zero. */
  integer(field: number, value: number): void {
    this.#buffer[this.#at] = (field << 3) | VARINT;
    this.#at += 1;
    this.varintBytes(value);
  }

  /** Writes a double field. */
  double(field: number, value: number): void {
    this.#buffer[this.#at] = (field << 3) | FIXED64;
    this.#view.setFloat64(this.#at + 1, value, true);
    this.#at += 9;
  }

  /** Writes a field of nanoseconds since 1970, given in milliseconds: exact to the nanosecond of the double. */
  nanoseconds(field: number, wallMs: number): void {
    // A double cannot hold today's nanoseconds: the product is built of two halves, 16 bits apart.
    const whole = Math.floor(wallMs);
    const high = Math.floor(whole / 0x1_0000) * 1e6;
    const low = (whole % 0x1_0000) * 1e6 + Math.round((wallMs - whole) * 1e6);
    const lowSum = (high % 0x1_0000) * 0x1_0000 + low;
    this.#buffer[this.#at] = (field << 3) | FIXED64;
    this.#view.setUint32(this.#at + 1, lowSum % TWO_TO_32, true);
    this.#view.setUint32(
      this.#at + 5,
      Math.floor(high / 0x1_0000) + Math.floor(lowSum / TWO_TO_32),
      true,
    );
    this.#at += 9;
  }

  /** Writes a fixed 32-bit field; `field` is 1 to 2,047. */
  fixed32(field: number, value: number): void {
    this.varintBytes((field << 3) | FIXED32);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  /** Writes a text field in UTF-8. */
  text(field: number, text: string): void {
    const start = this.open(field);
    this.#characters(text);
    this.close(start);
  }

  /** Writes a bytes field given as hex digits, two a byte. */
  hex(field: number, digits: string): void {
    const start = this.open(field);
    const buffer = this.#buffer;
    const bytes = digits.length >>> 1;
    for (let index = 0; index < bytes; index += 1) {
      const high = hexDigit(digits.charCodeAt(index * 2));
      buffer[start + index] = (high << 4) | hexDigit(digits.charCodeAt(index * 2 + 1));
    }
    this.#at = start + bytes;
    this.close(start);
  }

  /** Writes ready-made bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  // Names and ids are ASCII and short: a loop is then twice as fast as a call out of JavaScript.
  #characters(text: string): void {
    const start = this.#at;
    const buffer = this.#buffer;
    const length = text.length;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) {
        this.#at = start + buffer.write(text, start, 'utf8');
        return;
      }
      buffer[start + index] = code;
    }
    this.#at = start + length;
  }
}

// '0' to '9' are 48 to 57, 'a' to 'f' 97 to 102.
function hexDigit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
