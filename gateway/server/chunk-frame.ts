const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const BORDERS_BYTES = 4;

/**
 * `bytes`, not empty, as one chunk of HTTP/1.1's chunked coding (RFC 9112 §7.1), in one piece.
 *
 * `ServerResponse.write` hands a chunk to the socket as three pieces, which costs a quarter of all that
 * a relayed token costs: 28 against 22 µs in `npm run bench:relay`.
 */
export function frameChunk(bytes: Uint8Array): Buffer {
  const size = bytes.length.toString(16);
  const frame = Buffer.allocUnsafe(size.length + bytes.length + BORDERS_BYTES);
  for (let at = 0; at < size.length; at += 1) frame[at] = size.charCodeAt(at);
  frame[size.length] = CARRIAGE_RETURN;
  frame[size.length + 1] = LINE_FEED;
  frame.set(bytes, size.length + 2);
  frame[frame.length - 2] = CARRIAGE_RETURN;
  frame[frame.length - 1] = LINE_FEED;
  return frame;
}
