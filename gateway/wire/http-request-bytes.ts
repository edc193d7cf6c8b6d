import { isHeaderName, isHeaderText } from './header-text.ts';

/** One request, ready to be sent. */
export interface HttpAsk {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** A body up to this size goes into one piece with its head: one system call. */
export const JOINED_BYTES_MAX: number = 64 * 1024;

/** A request as it goes over the wire, in one piece or two. Throws a `TypeError` on what would break out of its line. */
export function requestBytes(ask: HttpAsk, host: string): readonly Uint8Array[] {
  const { body } = ask;
  const head = headOf(ask, host);
  if (body === undefined || body.length > JOINED_BYTES_MAX) {
    const first = Buffer.from(head, 'latin1');
    return body === undefined ? [first] : [first, body];
  }
  const joined = Buffer.allocUnsafe(head.length + body.length);
  joined.write(head, 'latin1');
  joined.set(body, head.length);
  return [joined];
}

function headOf({ method, path, headers, body }: HttpAsk, host: string): string {
  if (!/^[\x21-\x7e]+$/.test(path)) throw new TypeError('a path holds what no path may');
  let head = line(`${method} ${path} HTTP/1.1`) + line(`host: ${host}`);
  for (const [name, value] of Object.entries(headers)) {
    if (!isHeaderName(name) || FRAMING.has(name.toLowerCase())) {
      throw new TypeError(`a request has no header '${name}' of its own`);
    }
    head += line(`${name}: ${value}`);
  }
  if (body !== undefined) head += line(`content-length: ${body.length}`);
  return `${head}\r\n`;
}

function line(text: string): string {
  if (!isHeaderText(text)) throw new TypeError('a line of a request holds what no line may');
  return `${text}\r\n`;
}

/** These are made here, of where a request goes and of its body. */
const FRAMING: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding']);
