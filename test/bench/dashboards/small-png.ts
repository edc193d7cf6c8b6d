import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** What eight bits can name. */
const COLOURS_MAX = 256;

/**
 * A PNG of a page with at most 256 colours, the commonest ones; each other becomes the nearest of them. A page has few
 * colours and many shades between them, so that it is a third of the bytes and looks the same. Takes what Chromium
 * writes: eight bits a channel, not interlaced.
 */
export function smallPng(png: Buffer): Buffer {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const channels = png[25] === 6 ? 4 : 3;
  const pixels = unfiltered(inflateSync(dataOf(png)), { width, height, channels });
  const colours = new Uint32Array(width * height);
  const counts = new Map<number, number>();
  for (let index = 0; index < colours.length; index += 1) {
    const at = index * channels;
    const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3);
    const colour = (red << 16) | (green << 8) | blue;
    colours[index] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = [...counts].toSorted(([, one], [, other]) => other - one).slice(0, COLOURS_MAX);
  const shades = palette.map(([colour]) => colour);
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(colour, shades)]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let index = 0; index < colours.length; index += 1) {
    const row = Math.floor(index / width);
    rows[row * (width + 1) + 1 + (index % width)] = places.get(colours[index] ?? 0) ?? 0;
  }
  const head = Buffer.from(png.subarray(16, 29));
  head[9] = 3;
  const plte = Buffer.from(shades.flatMap(partsOf));
  const idat = deflateSync(rows, { level: 9 });
  return Buffer.concat([
    png.subarray(0, 8),
    chunk('IHDR', head),
    chunk('PLTE', plte),
    chunk('IDAT', idat),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function partsOf(colour: number): [number, number, number] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

function nearest(colour: number, shades: readonly number[]): number {
  const own = partsOf(colour);
  let least = Number.POSITIVE_INFINITY;
  let place = 0;
  for (const [index, shade] of shades.entries()) {
    const other = partsOf(shade);
    const far = own.reduce((sum, part, at) => sum + (part - (other[at] ?? 0)) ** 2, 0);
    if (far < least) [least, place] = [far, index];
  }
  return place;
}

function dataOf(png: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      parts.push(png.subarray(at + 8, at + 8 + length));
    }
    at += length + 12;
  }
  return Buffer.concat(parts);
}

function chunk(kind: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** Undoes the five filters of PNG (specification, section 9). */
function unfiltered(
  data: Buffer,
  {
    width,
    height,
    channels,
  }: { readonly width: number; readonly height: number; readonly channels: number },
): Buffer {
  const bytes = width * channels;
  const pixels = Buffer.alloc(bytes * height);
  for (let row = 0; row < height; row += 1) {
    const filter = data[row * (bytes + 1)] ?? 0;
    for (let column = 0; column < bytes; column += 1) {
      const at = row * bytes + column;
      const left = column < channels ? 0 : (pixels[at - channels] ?? 0);
      const above = row === 0 ? 0 : (pixels[at - bytes] ?? 0);
      const corner = row === 0 || column < channels ? 0 : (pixels[at - bytes - channels] ?? 0);
      const guesses = [0, left, above, (left + above) >> 1, paeth(left, above, corner)];
      pixels[at] = (data[row * (bytes + 1) + 1 + column] ?? 0) + (guesses[filter] ?? 0);
    }
  }
  return pixels;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const far = [left, above, corner].map((one) => Math.abs(guess - one));
  const [toLeft = 0, toAbove = 0, toCorner = 0] = far;
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
