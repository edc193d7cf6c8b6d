/** What has to become of a hostile request. */
export type Fate =
  /** An error or the end of the connection; no engine is asked. */
  | 'refused'
  /** Answered once, by one request that is as sound as any other. */
  | 'served'
  /** Answered by the gateway itself. */
  | 'answered'
  /** The connection ends, whatever it had begun; what is hidden in it comes to no engine. */
  | 'cut'
  /** Nothing: it waits for the rest, and no engine is asked. */
  | 'awaited';

/** One request as it stands on the wire, in Latin-1. */
export interface HostileRequest {
  readonly what: string;
  readonly text: string;
  readonly fate: Fate;
}

/** The path that hostile requests ask for. */
export const HOSTILE_PATH = '/v1/completions';

/** What a hidden request would ask; none of it may come to an engine. */
export const SMUGGLED = 'smuggled';

/** A body that is right; `what` tells at the engine whose it is. */
export function bodyOf(what: string, more = ''): string {
  return `{"model":"scripted","prompt":${JSON.stringify(what)},"max_tokens":1${more}}`;
}

interface Parts {
  readonly line?: string;
  /** In place of `Host: gateway.test`. */
  readonly host?: string;
  readonly headers?: readonly string[];
  /** In place of `Content-Length` with the body. */
  readonly framed?: string;
  readonly body?: string;
}

function request(what: string, parts: Parts): string {
  const { line = `POST ${HOSTILE_PATH} HTTP/1.1`, host = 'Host: gateway.test' } = parts;
  const body = parts.body ?? bodyOf(what);
  const framed = parts.framed ?? `Content-Length: ${body.length}\r\n\r\n${body}`;
  const lines = [line, ...(host === '' ? [] : [host]), 'Connection: close'];
  return [...lines, ...(parts.headers ?? []), framed].join('\r\n');
}

function smuggledRequest(): string {
  const body = bodyOf(SMUGGLED);
  return (
    `POST ${HOSTILE_PATH} HTTP/1.1\r\nHost: gateway.test\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

function chunked(body: string): string {
  return `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}

function each(
  kind: string,
  fate: Fate,
  spellings: readonly string[],
  parts: (spelling: string, what: string) => Parts,
): HostileRequest[] {
  return spellings.map((spelling) => {
    const what = `${kind}: ${JSON.stringify(spelling)}`;
    return { what, text: request(what, parts(spelling, what)), fate };
  });
}

/** Spellings of a transfer coding that is not `Transfer-Encoding: chunked`, each before a body in chunks. */
const codings = [
  'Transfer-Encoding: ,chunked',
  'Transfer-Encoding: chunked,',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, gzip',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: identity, chunked',
  'Transfer-Encoding: gzip',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunkedx',
  'Transfer-Encoding: "chunked"',
  'Transfer-Encoding: chunked;q=1',
  'Transfer-Encoding: \u000bchunked',
  'Transfer-Encoding: \u000cchunked',
  'Transfer-Encoding: chunked\u000b',
  'Transfer-Encoding: \u00a0chunked',
  'Transfer-Encoding:\n chunked',
  'Transfer-Encoding:\r\n chunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding\t: chunked',
  ' Transfer-Encoding: chunked',
  'Transfer_Encoding: chunked',
  'Transfer-Encoding\u0000: chunked',
  'Transfer-Encoding: chunked\u0000',
  'Transfer-Encoding: c\u0000hunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-encoding: x',
  'Transfer-Encoding: chunked\nX: y',
  'X: y\nTransfer-Encoding: chunked',
  'X: y\rTransfer-Encoding: chunked',
  'Transfer-Encoding:',
  'Transfer-Encoding: ',
  'Transfer-Encoding: cow',
  'Transfer-Encoding: CHUNKED, identity',
  'Transfer-Encoding: trailers, chunked',
  'Transfer-Encoding: chunked, identity;q=0',
];

/** Lengths that are none; `#` is the true one. */
const lengths = [
  'Content-Length: +#',
  'Content-Length: -#',
  'Content-Length: # #',
  'Content-Length: #, #',
  'Content-Length: #,#',
  'Content-Length: #;',
  'Content-Length: #.0',
  'Content-Length: #e0',
  'Content-Length: 0x#',
  'Content-Length: 0x0',
  'Content-Length: "#"',
  "Content-Length: '#'",
  'Content-Length: \u000b#',
  'Content-Length: #\u000b',
  'Content-Length: #\u0000',
  'Content-Length: \u00a0#',
  'Content-Length: #_0',
  'Content-Length: #\r\n 0',
  'Content-Length: #\r\nContent-Length: #',
  'Content-Length: #\r\nContent-Length: 0',
  'Content-Length: 0\r\nContent-Length: #',
  'Content-Length: #\r\ncontent-length: 0',
  'Content-Length: #\r\nCONTENT-LENGTH: #',
  'Content-Length : #',
  'Content-Length\t: #',
  ' Content-Length: #',
  'Content-Length: #\nX: y',
  'Content-Length: 18446744073709551616',
  'Content-Length: 99999999999999999999',
  'Content-Length: -1',
  'Content-Length: abc',
  'Content-Length: Na#',
  'Content-Length: Infinity',
  'Content-Length: 1e2',
  'Content-Length: ٣',
  'Content-Length: 0\r\nContent_Length: #',
  'Content_Length: #\r\nContent-Length: #',
  'Content-Length: #\r\nContent_Length: 0',
  'X: y\rContent-Length: #',
  'Content-Length\u0000: #',
];

function framing(): HostileRequest[] {
  return [
    ...each('coding', 'refused', codings, (spelling, what) => ({
      framed: `${spelling}\r\n\r\n${chunked(bodyOf(what))}`,
    })),
    ...each('coding beside a length', 'refused', codings, (spelling, what) => ({
      framed: `Content-Length: 4\r\n${spelling}\r\n\r\n${chunked(bodyOf(what))}${smuggledRequest()}`,
    })),
    ...each(
      'length before a coding',
      'refused',
      ['chunked', 'CHUNKED', 'Chunked'],
      (coding, what) => ({
        framed: `Content-Length: 6\r\nTransfer-Encoding: ${coding}\r\n\r\n${chunked(bodyOf(what))}`,
      }),
    ),
    ...each('length behind a coding', 'refused', ['0', '1', '999999'], (length, what) => ({
      framed: `Transfer-Encoding: chunked\r\nContent-Length: ${length}\r\n\r\n${chunked(bodyOf(what))}`,
    })),
    ...each('length', 'refused', lengths, (spelling, what) => {
      const body = bodyOf(what);
      return { framed: `${spelling.replaceAll('#', String(body.length))}\r\n\r\n${body}` };
    }),
    ...each('length with zeros before', 'served', ['0', '00', '0000000000'], (zeros, what) => {
      const body = bodyOf(what);
      return { framed: `Content-Length: ${zeros}${body.length}\r\n\r\n${body}` };
    }),
    ...each(
      'chunked',
      'served',
      ['chunked', 'CHUNKED', 'ChUnKeD', ' chunked ', '\tchunked'],
      (coding, what) => ({
        framed: `Transfer-Encoding:${coding}\r\n\r\n${chunked(bodyOf(what))}`,
      }),
    ),
    ...each(
      'HTTP/1.0 with a coding',
      'refused',
      ['chunked', 'identity', 'gzip'],
      (coding, what) => ({
        line: `POST ${HOSTILE_PATH} HTTP/1.0`,
        framed: `Transfer-Encoding: ${coding}\r\n\r\n${chunked(bodyOf(what))}`,
      }),
    ),
  ];
}

/** Beginnings of a chunk that are none; `#` is the true size. */
const chunkLines = [
  '+#',
  '-#',
  '0x#',
  '0X#',
  ' #',
  '\t#',
  '#\t',
  '#\u0000',
  '#\u000b',
  '"#"',
  '#h',
  '#_',
  'N,#',
  '#.0',
  'g',
  '',
  ';',
  ';a=b',
  'FFFFFFFFFFFFFFFFF',
  '10000000000000000#',
  '-0',
  '+0',
  '0x0',
  '#;a\u0000b',
  '#;\u0001',
  '#;a="\n"',
  `#;${'x'.repeat(20_000)}`,
];

function chunks(): HostileRequest[] {
  const opened = 'Transfer-Encoding: chunked\r\n\r\n';
  const sized = (line: string, body: string): string =>
    line.replaceAll('#', body.length.toString(16));
  return [
    ...each('chunk size', 'refused', chunkLines, (line, what) => {
      const body = bodyOf(what);
      return { framed: `${opened}${sized(line, body)}\r\n${body}\r\n0\r\n\r\n` };
    }),
    ...each(
      'end of a chunk line',
      'refused',
      ['\n', '\r', '\n\r', '\r\r\n', '\u0000\r\n'],
      (end, what) => {
        const body = bodyOf(what);
        return { framed: `${opened}${sized('#', body)}${end}${body}\r\n0\r\n\r\n` };
      },
    ),
    ...each(
      'end of a chunk',
      'refused',
      ['', '\n', '\r', '\r\r\n', 'xx', 'x\r\n', '\r\nx'],
      (end, what) => {
        const body = bodyOf(what);
        return { framed: `${opened}${sized('#', body)}\r\n${body}${end}0\r\n\r\n` };
      },
    ),
    ...each('chunk that goes on', 'awaited', ['1', 'ff', '1000'], (more, what) => {
      const body = bodyOf(what);
      const size = (body.length + Number.parseInt(more, 16)).toString(16);
      return { framed: `${opened}${size}\r\n${body}` };
    }),
    ...each('no last chunk', 'awaited', ['', '0', '0\r\n', '0\r\nX: y\r\n'], (rest, what) => {
      const body = bodyOf(what);
      return { framed: `${opened}${sized('#', body)}\r\n${body}\r\n${rest}` };
    }),
    ...each(
      'chunk extension',
      'served',
      [';a', ';a=b', ';a="b"', ';a=b;c=d'],
      (extension, what) => {
        const body = bodyOf(what);
        return { framed: `${opened}${sized('#', body)}${extension}\r\n${body}\r\n0\r\n\r\n` };
      },
    ),
    ...each(
      'trailer',
      'served',
      ['X: y', 'Host: other', 'Authorization: Bearer x'],
      (trailer, what) => {
        const body = bodyOf(what);
        return { framed: `${opened}${sized('#', body)}\r\n${body}\r\n0\r\n${trailer}\r\n\r\n` };
      },
    ),
    ...each(
      'trailer',
      'refused',
      [
        'X : y',
        'X\u0000: y',
        ' X: y',
        'X: \u0001',
        'nothing',
        ': y',
        'Content-Length: 5',
        'Transfer-Encoding: chunked',
      ],
      (trailer, what) => {
        const body = bodyOf(what);
        return { framed: `${opened}${sized('#', body)}\r\n${body}\r\n0\r\n${trailer}\r\n\r\n` };
      },
    ),
  ];
}

const hosts = [
  '',
  ' ',
  'a b',
  'a/b',
  'a/b?c',
  'a?b',
  'a#b',
  'a@b',
  'user:password@a',
  'http://a',
  '//a',
  'a\\b',
  'a,b',
  'a;b',
  'a:b',
  'a:',
  'a:80:80',
  'a:999999',
  'a:-1',
  '[::1',
  '::1',
  '[::1]x',
  '[gateway]',
  'a%00b',
  'a%2fb',
  '"a"',
  "a'b",
  'a<b>',
  '{a}',
  'a|b',
  'a\tb',
  'ä',
];

function hostsOf(): HostileRequest[] {
  return [
    ...each('host', 'refused', hosts, (host) => ({ host: `Host: ${host}` })),
    ...each('hosts', 'refused', ['a', 'gateway.test', 'b\r\nHost: c'], (second) => ({
      headers: [`Host: ${second}`],
    })),
    ...each('no host', 'refused', ['at all'], () => ({ host: '' })),
    ...each(
      'host spelled',
      'refused',
      ['Host : a', ' Host: a', 'Host\t: a', 'Hos\u0000t: a'],
      (host) => ({ host }),
    ),
    ...each('host beside', 'refused', ['HOST: a', 'host: a'], (second) => ({ headers: [second] })),
    ...each('host', 'served', ['a', 'a:1', '127.0.0.1', '[::1]:80', 'a_b.c-d', 'A.B.'], (host) => ({
      host: `Host: ${host}`,
    })),
  ];
}

const POST_LINE = `POST ${HOSTILE_PATH}`;

const lines = [
  `${POST_LINE} HTTP/0.9`,
  `${POST_LINE} HTTP/1.2`,
  `${POST_LINE} HTTP/1.10`,
  `${POST_LINE} HTTP/2.0`,
  `${POST_LINE} HTTP/3`,
  `${POST_LINE} HTTP/11`,
  `${POST_LINE} HTTP/1`,
  `${POST_LINE} HTTP/1.`,
  `${POST_LINE} HTTP/.1`,
  `${POST_LINE} http/1.1`,
  `${POST_LINE} HTTPS/1.1`,
  `${POST_LINE} HTTP/1.1 HTTP/1.1`,
  `${POST_LINE} HTTP/1.1x`,
  `${POST_LINE} HTTP /1.1`,
  `${POST_LINE} HTTP/ 1.1`,
  `${POST_LINE} ICE/1.0`,
  `${POST_LINE} RTSP/2.0`,
  `${POST_LINE}`,
  `${POST_LINE} `,
  `${POST_LINE}\tHTTP/1.1`,
  `${POST_LINE}\u000bHTTP/1.1`,
  `POST\t${HOSTILE_PATH} HTTP/1.1`,
  `POST\u0000 ${HOSTILE_PATH} HTTP/1.1`,
  ` POST ${HOSTILE_PATH} HTTP/1.1`,
  `post ${HOSTILE_PATH} HTTP/1.1`,
  `Post ${HOSTILE_PATH} HTTP/1.1`,
  `POSTX ${HOSTILE_PATH} HTTP/1.1`,
  `P\u0000ST ${HOSTILE_PATH} HTTP/1.1`,
  `"POST" ${HOSTILE_PATH} HTTP/1.1`,
  `POST HTTP/1.1`,
  `POST  HTTP/1.1`,
  `POST * HTTP/1.1`,
  `POST ${HOSTILE_PATH.slice(1)} HTTP/1.1`,
  `POST gateway.test:80 HTTP/1.1`,
  `POST http://other.test${HOSTILE_PATH} HTTP/1.1`,
  `POST https://other.test${HOSTILE_PATH} HTTP/1.1`,
  `POST http://gateway.test@other.test${HOSTILE_PATH} HTTP/1.1`,
  `POST http://gateway.test:80${HOSTILE_PATH} HTTP/1.1`,
  `POST http://${HOSTILE_PATH} HTTP/1.1`,
  `POST ftp://gateway.test${HOSTILE_PATH} HTTP/1.1`,
  `POST file://${HOSTILE_PATH} HTTP/1.1`,
  `POST ${HOSTILE_PATH}#fragment HTTP/1.1`,
  `POST ${HOSTILE_PATH}\u0000 HTTP/1.1`,
  `POST ${HOSTILE_PATH}\u007f HTTP/1.1`,
  `POST ${HOSTILE_PATH}\u00e9 HTTP/1.1`,
  `POST ${HOSTILE_PATH}\u0001 HTTP/1.1`,
  `POST \\v1\\completions HTTP/1.1`,
  `POST /v1\\completions HTTP/1.1`,
  `GET ${HOSTILE_PATH} HTTP/1.1`,
  `HEAD ${HOSTILE_PATH} HTTP/1.1`,
  `PUT ${HOSTILE_PATH} HTTP/1.1`,
  `PATCH ${HOSTILE_PATH} HTTP/1.1`,
  `DELETE ${HOSTILE_PATH} HTTP/1.1`,
  `OPTIONS ${HOSTILE_PATH} HTTP/1.1`,
  `OPTIONS * HTTP/1.1`,
  `TRACE ${HOSTILE_PATH} HTTP/1.1`,
  `CONNECT gateway.test:80 HTTP/1.1`,
  `CONNECT ${HOSTILE_PATH} HTTP/1.1`,
  `PRI * HTTP/2.0`,
  `SOURCE ${HOSTILE_PATH} HTTP/1.1`,
  `QUERY ${HOSTILE_PATH} HTTP/1.1`,
];

/** Ways to write the path that lead nowhere: there is one, and every other is another path. */
const paths = [
  '//v1/completions',
  '/v1//completions',
  '/v1/completions/',
  '/v1/completions//',
  '/./v1/completions/.',
  '/V1/completions',
  '/v1/Completions',
  '/v1/completions.',
  '/v1/completions;a=b',
  '/v1;/completions',
  '/v1/completions%00',
  '/v1/completions%20',
  '/v1/completions%0d%0aX:%20y',
  '/v1/completions%3f',
  '/v1%2fcompletions',
  '/v1%2Fcompletions',
  '/v1%5ccompletions',
  '/%2e%2e/v1/completions/x',
  '/v1/%2e%2e%2fcompletions',
  '/v1/completions/..%2fx',
  '/v1/completionsx',
  '/v1/completion',
  '/v1/completions%c0%af',
  '/admin/state',
  '/admin/reload',
  '/v1/completions/../../admin/state',
  '/metrics',
  '/abort_request',
  '/update_weights_from_disk',
  '/load_lora_adapter',
  '/v1/load_lora_adapter',
  '/sleep',
  '/collective_rpc',
  '/start_profile',
  '/pause_generation',
  '/server_info/../abort_request',
];

function targets(): HostileRequest[] {
  return [
    ...each('request line', 'refused', lines, (line) => ({ line })),
    ...each('path', 'refused', paths, (path) => ({ line: `POST ${path} HTTP/1.1` })),
    ...each(
      'target',
      'served',
      [
        `http://gateway.test${HOSTILE_PATH}`,
        `HTTP://gateway.test${HOSTILE_PATH}`,
        `https://gateway.test${HOSTILE_PATH}`,
        `${HOSTILE_PATH}?a=b`,
        `${HOSTILE_PATH}?`,
        `${HOSTILE_PATH}?/../../admin`,
      ],
      (target) => ({ line: `POST ${target} HTTP/1.1` }),
    ),
    ...each('line ends', 'refused', ['\n', '\r', '\n\r'], (end, what) => {
      const body = bodyOf(what);
      return { framed: `Content-Length: ${body.length}${end}${end}${body}` };
    }),
    ...each(
      'body of a page',
      'refused',
      ['/health', '/ready', '/v1/models', '/version'],
      (path) => ({
        line: `GET ${path} HTTP/1.1`,
      }),
    ),
    ...each('page', 'answered', ['/health', '/ready', '/v1/models'], (path) => ({
      line: `GET ${path} HTTP/1.1`,
      framed: '\r\n',
    })),
  ];
}

const CONTROLS = Array.from({ length: 33 }, (_, code) =>
  String.fromCharCode(code === 32 ? 127 : code),
).filter((control) => control !== '\t' && control !== '\r' && control !== '\n');

function headers(): HostileRequest[] {
  return [
    ...each('control in a value', 'refused', CONTROLS, (control) => ({
      headers: [`X-Value: a${control}b`],
    })),
    ...each('control in a name', 'refused', CONTROLS, (control) => ({
      headers: [`X-N${control}ame: a`],
    })),
    ...each('letter in a name', 'refused', ' "(),/;<=>?@[\\]{}é'.split(''), (letter) => ({
      headers: [`X${letter}Y: a`],
    })),
    ...each(
      'line that is no header',
      'refused',
      ['nothing', ': a', ' : a', 'X', ' folded', '\tfolded'],
      (line) => ({
        headers: ['X-Before: a', line],
      }),
    ),
    ...each(
      'line end in a value',
      'refused',
      ['a\nX-Next: b', 'a\rX-Next: b', 'a\r X-Next: b', 'a\r\n b'],
      (value) => ({
        headers: [`X-Value: ${value}`],
      }),
    ),
    ...each(
      'second',
      'refused',
      [
        'Authorization: Bearer other',
        'Content-Type: text/plain',
        'Expect: 100-continue',
        'Content-Encoding: identity',
        'X-Gateway-Priority: 1',
        'X-Gateway-Deadline-Ms: 1',
      ],
      (header) => ({ headers: [header, header] }),
    ),
    ...each('expectation', 'refused', ['200-ok', '100-continue, 100-continue', 'x'], (value) => ({
      headers: [`Expect: ${value}`],
    })),
    ...each(
      'coding of the body',
      'refused',
      ['gzip', 'br', 'zstd', 'deflate', 'gzip, gzip', 'identity, gzip', 'x'],
      (coding) => ({
        headers: [`Content-Encoding: ${coding}`],
      }),
    ),
    ...each('headers', 'refused', ['many'], () => ({
      headers: Array.from({ length: 200 }, (_, index) => `X-${index}: a`),
    })),
    ...each('headers', 'refused', ['long'], () => ({ headers: [`X-Long: ${'a'.repeat(70_000)}`] })),
    ...each('target', 'refused', ['long'], () => ({
      line: `POST ${HOSTILE_PATH}?${'a'.repeat(70_000)} HTTP/1.1`,
    })),
  ];
}

/** Headers by which engines and proxies are steered; a request that has one is served without it. */
const steering = [
  'X-Data-Parallel-Rank: 3',
  'X-data-parallel-rank: nothing',
  'X-Vllm-Priority: -5',
  'X-Session-ID: other',
  'X-SMG-Routing-Key: a',
  'X-Override-Rid: other',
  'X-Override-Bootstrap-Host: 10.0.0.1',
  'X-Override-Bootstrap-Port: 1',
  'X-Override-Bootstrap-Room: 1',
  'X-Override-Routed-Dp-Rank: 1',
  'X-Override-Disagg-Prefill-Dp-Rank: 1',
  'X-Override-Priority: 9',
  'X-Override-Conversation-Id: a',
  'X-Prefiller-Host-Port: 10.0.0.1:1',
  'X-Data-Parallel-Host-Port: 10.0.0.1:1',
  'X-KV-Cache-Source-Host-Port: 10.0.0.1:1',
  'X-Session-Token: a',
  'X-Forwarded-For: 127.0.0.1',
  'X-Forwarded-Host: other',
  'X-Forwarded-Proto: https',
  'X-Real-IP: 127.0.0.1',
  'X-Original-URL: /admin/state',
  'X-Rewrite-URL: /admin/state',
  'X-HTTP-Method-Override: GET',
  'Forwarded: for=127.0.0.1;host=other',
  'Via: 1.1 proxy',
  'Cookie: a=b',
  'Set-Cookie: a=b',
  'Proxy: http://10.0.0.1',
  'Proxy-Authorization: Basic YTpi',
  'Proxy-Connection: keep-alive',
  'Keep-Alive: timeout=1000',
  'TE: trailers',
  'TE: gzip;q=1',
  'Trailer: Content-Length',
  'Upgrade: h2c',
  'Upgrade: websocket',
  'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
  'Accept-Encoding: gzip, br',
  'Range: bytes=0-1',
  'If-Match: *',
  'Max-Forwards: 0',
  '__proto__: a',
  'constructor: a',
  'X-Request-Id: a b',
  'X-Request-Id: a"}\\n{',
  'Traceparent: broken',
  'Traceparent: 00-0-0-0',
  'Tracestate: a',
  'Authorization: Bearer anything',
  'X-API-Key: secret',
  'OpenAI-Organization: a',
];

/** Connections are nominated to lose these, or are said to change. */
const nominations = [
  'Connection: host',
  'Connection: content-length',
  'Connection: upgrade',
  'Connection: x-request-id, close',
];

/** Members by which engines are steered, each with a value. */
const steeringMembers = [
  '"priority":-5',
  '"data_parallel_rank":1',
  '"routed_dp_rank":1',
  '"disagg_prefill_dp_rank":1',
  '"bootstrap_host":"10.0.0.1"',
  '"bootstrap_port":1',
  '"bootstrap_room":1',
  '"kv_transfer_params":{"do_remote_prefill":true,"remote_host":"10.0.0.1"}',
  '"pr\\u0069ority":-5',
];

/** Bodies that are refused before an engine sees them. */
const bodies = [
  '{"model":"scripted","model":"other","prompt":"a"}',
  '{"model":"scripted","mod\\u0065l":"other","prompt":"a"}',
  '{"model":"scripted","prompt":"a","stream":true,"stream":false}',
  '{"model":"scripted","prompt":"a"}{"model":"scripted","prompt":"b"}',
  '{"model":"scripted","prompt":"a"} x',
  '{"model":"scripted","prompt":"a",}',
  '{"model":"scripted","prompt":"a",/**/"n":1}',
  "{'model':'scripted','prompt':'a'}",
  '{"model":"scripted","prompt":"a","x":NaN}',
  '{"model":"scripted","prompt":"a","x":Infinity}',
  '{"model":"scripted","prompt":"a","x":01}',
  '{"model":"scripted","prompt":"a","x":0x1}',
  '{"model":"scripted","prompt":"\\ud800',
  '{"model":"scripted","prompt":"\u00ff"}',
  '{"model":"scripted","prompt":"a\u0000"}',
  '{"model":"scripted","prompt":"a\n"}',
  '\u00ef\u00bb\u00bf{"model":"scripted","prompt":"a"}',
  '\u00ff\u00fe{\u0000}\u0000',
  '[{"model":"scripted","prompt":"a"}]',
  '"a"',
  'null',
  '',
  ' ',
  'model=scripted&prompt=a',
  '<?xml version="1.0"?>',
  `{"model":"scripted","prompt":"a","x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
  `{"model":"scripted","prompt":"a","x":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
];

function steered(): HostileRequest[] {
  return [
    ...each('header', 'served', steering, (header) => ({ headers: [header] })),
    ...each('header', 'served', nominations, (header) => ({ headers: [header] })),
    ...each('member', 'served', steeringMembers, (member, what) => ({
      body: bodyOf(what, `,${member}`),
    })),
    ...each('body', 'refused', bodies, (body) => ({ body })),
  ];
}

function hidden(): HostileRequest[] {
  const smuggled = smuggledRequest();
  return [
    ...each('a request behind', 'refused', ['Transfer-Encoding: chunked'], (coding) => ({
      framed: `Content-Length: 3\r\n${coding}\r\n\r\n0\r\n\r\n${smuggled}`,
    })),
    ...each(
      'a request in the body of',
      'refused',
      ['GET', 'HEAD', 'DELETE', 'OPTIONS'],
      (method) => ({
        line: `${method} /health HTTP/1.1`,
        framed: `Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
      }),
    ),
    ...each('a request behind the end', 'cut', ['', '\r\n', '\r\n\r\n'], (between, what) => {
      const body = bodyOf(what);
      return { framed: `Content-Length: ${body.length}\r\n\r\n${body}${between}${smuggled}` };
    }),
    ...each('a request behind a refused one', 'refused', ['', '\r\n'], (between) => ({
      framed: `Content-Length: 2\r\n\r\n{]${between}${smuggled}`,
    })),
    ...each('a request behind two hosts', 'refused', ['other'], (host, what) => {
      const body = bodyOf(what);
      return {
        headers: [`Host: ${host}`],
        framed: `Content-Length: ${body.length}\r\n\r\n${body}${smuggled}`,
      };
    }),
    ...each('a body that is cut', 'awaited', ['1', '100'], (missing, what) => {
      const body = bodyOf(what);
      return { framed: `Content-Length: ${body.length + Number(missing)}\r\n\r\n${body}` };
    }),
    ...each(
      'no HTTP',
      'refused',
      ['\u0016\u0003\u0001', 'SSH-2.0-x\r\n', '{"a":1}\r\n', '\u0000\u0000\r\n'],
      (start) => ({
        line: start,
      }),
    ),
  ];
}

/** Every case: what Node lets through though two readers could differ on it, what it refuses, and what has to pass. */
export const hostileRequests: readonly HostileRequest[] = [
  ...framing(),
  ...chunks(),
  ...hostsOf(),
  ...targets(),
  ...headers(),
  ...steered(),
  ...hidden(),
];
