import { describe, expect, it } from 'vitest';

import { isMediaAllowed, MEDIA_URL_BYTES_MAX } from '../../../gateway/caps/media-source.ts';

function isAllowed(value: string | Buffer, hosts: readonly string[] = ['media.example']): boolean {
  const text = typeof value === 'string' ? Buffer.from(JSON.stringify(value)) : value;
  return isMediaAllowed(text, { valueStart: 0, valueEnd: text.length }, hosts);
}

describe('media', () => {
  it.each([
    'data:image/png;base64,iVBORw0KGgo=',
    'iVBORw0KGgo=',
    '/9j/4AAQSkZJRg==',
    'https://media.example/a.png',
    'http://media.example',
    'https://MEDIA.example:8443/a?b=c#d',
    `data:image/png;base64,${'A'.repeat(9_000)}`,
    'A'.repeat(9_000),
  ])('may be %s', (text) => {
    expect(isAllowed(text)).toBe(true);
  });

  it.each([
    'https://other.example/a.png',
    'https://media.example.evil/a.png',
    'https://evil-media.example/',
    'https://sub.media.example/a.png',
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://metadata.google.internal/',
    'http://localhost:9080/admin/state',
    'https://media.example@evil.example/',
    'https://evil.example#@media.example/',
    'https://evil.example\\@media.example/',
    'https://media.example\\.evil.example/',
    'https:\\\\media.example/a.png',
    'https:media.example/a.png',
    'https:///media.example/a.png',
    '//media.example/a.png',
    'https://media.example./a.png',
    'https://media。example/a.png',
    'https://media.example /a.png',
    'https://media.example\n.evil.example/',
    '\thttps://media.example/a.png',
    'https://media.example:80@evil.example/',
    'https://media.example:port/',
    'https://media.example:999999/',
    'https://%6dedia.example/a.png',
    'file:///etc/passwd',
    'FILE:///etc/passwd',
    '/etc/passwd.png',
    '/etc/passwd',
    '/proc/self/environ',
    '//etc/passwd',
    '/9j',
    '/',
    `/dev/${'a'.repeat(9_000)}`,
    'a.png',
    '../secret.png',
    'ftp://media.example/a.png',
    'gopher://media.example/',
    's3://bucket/a.png',
    'DATA:image/png;base64,iVBORw0KGgo=',
    ' data:image/png;base64,iVBORw0KGgo=',
  ])('may not be %j', (text) => {
    expect(isAllowed(text)).toBe(false);
  });

  it('may be of every host where every host is allowed, and still of no file', () => {
    expect(isAllowed('https://other.example/a.png', ['*'])).toBe(true);
    expect(isAllowed('http://10.0.0.1:1/', ['*'])).toBe(true);
    expect(isAllowed('file:///etc/passwd', ['*'])).toBe(false);
    expect(isAllowed('/etc/passwd.png', ['*'])).toBe(false);
  });

  it('is nowhere to be fetched where no host is allowed', () => {
    expect(isAllowed('https://media.example/a.png', [])).toBe(false);
    expect(isAllowed('data:image/png;base64,AA==', [])).toBe(true);
  });

  it.each([
    ['{"url":"https://other.example/"}', false],
    ['{"url":"https://media.example/","detail":"low"}', true],
    ['{"detail":"https://other.example/"}', true],
    ['["data:a", ["https://other.example/"]]', false],
    ['["data:a", ["https://media.example/"], null, 7]', true],
    ['[{"url":"file:///etc/passwd"}]', false],
    ['{"url":{"url":"https://other.example/"}}', false],
    ['"\\u0068ttps://other.example/"', false],
    ['"https:\\/\\/media.example\\/a.png"', true],
    ['null', true],
    ['7', true],
  ])('in %s: %s', (json, allowed) => {
    expect(isAllowed(Buffer.from(json))).toBe(allowed);
  });

  it('is read as an address up to the longest, and not one byte beyond', () => {
    const ofBytes = (bytes: number): string =>
      'https://media.example/'.padEnd(bytes - '""'.length, 'a');

    expect(isAllowed(ofBytes(MEDIA_URL_BYTES_MAX))).toBe(true);
    expect(isAllowed(ofBytes(MEDIA_URL_BYTES_MAX + 1))).toBe(false);
  });

  it('that breaks off far inside is no address', () => {
    expect(isAllowed(Buffer.from(`"https://media.example/${'a'.repeat(300)}\\q"`))).toBe(false);
  });
});
