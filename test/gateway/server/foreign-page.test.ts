import { describe, expect, it } from 'vitest';

import { foreignPage } from '../../../gateway/server/foreign-page.ts';

function found(
  headers: Readonly<Record<string, string>>,
  method: string = 'POST',
): string | undefined {
  return foreignPage(method, (name) => headers[name]);
}

const host = '127.0.0.1:9080';

describe('a request that no page of elsewhere sent', () => {
  it.each([
    {},
    { host },
    { host: '[::1]:9080' },
    { host: '10.0.0.7' },
    { host: 'localhost:9080' },
    { host: 'numagate.localhost' },
    { host: 'gpu7:9080' },
    { host, 'sec-fetch-site': 'none' },
    { host, 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:9080' },
    { host: 'gpu7', origin: 'https://gpu7' },
  ])('is let in: %j', (headers: Readonly<Record<string, string>>) => {
    expect(found(headers)).toBeUndefined();
  });

  it('may be a link that was followed', () => {
    const link = { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(found({ ...link, 'sec-fetch-dest': 'document' }, 'GET')).toBeUndefined();
    expect(found({ ...link, 'sec-fetch-dest': 'iframe' }, 'GET')).toBeDefined();
    expect(found({ ...link, 'sec-fetch-dest': 'document' }, 'POST')).toBeDefined();
  });
});

describe('a request of a page of elsewhere', () => {
  it.each([
    // A name that is rebound to our address is same-origin to the browser.
    [{ host: 'evil.example', 'sec-fetch-site': 'same-origin' }, 'the host evil.example'],
    [{ host: '127.0.0.1.evil.example:9080' }, 'the host 127.0.0.1.evil.example:9080'],
    [{ host: 'evil.' }, 'the host evil.'],
    [{ host: 'a b' }, 'the host a b'],
    [{ host, 'sec-fetch-site': 'cross-site' }, 'another origin'],
    // Another port of this machine.
    [{ host, 'sec-fetch-site': 'same-site' }, 'another origin'],
    [{ host, origin: 'http://evil.example' }, 'a page of http://evil.example'],
    [{ host, origin: 'http://127.0.0.1:3000' }, 'a page of http://127.0.0.1:3000'],
    [{ host, origin: 'null' }, 'a page of null'],
  ] as const)('is found: %j', (headers, why) => {
    expect(found(headers)).toContain(why);
    expect(found(headers, 'GET')).toContain(why);
  });
});
