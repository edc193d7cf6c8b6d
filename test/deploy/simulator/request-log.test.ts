import { describe, expect, it } from 'vitest';
import { type LoggedRequest, RequestLog } from '../../../deploy/simulator/request-log.ts';

function aRequest(facts: Partial<LoggedRequest> = {}): LoggedRequest {
  return {
    atMs: 1,
    method: 'POST',
    url: '/v1/completions',
    headers: {},
    rawHeaders: [],
    body: Buffer.alloc(0),
    ...facts,
  };
}

function urls(log: RequestLog, count: number): string[] {
  return log.last(count).map(({ url }) => url);
}

describe('a log of requests', () => {
  it('shows the last ones, oldest first', () => {
    const log = new RequestLog();
    for (const url of ['/1', '/2', '/3']) log.add(aRequest({ url }));

    expect(urls(log, 2)).toEqual(['/2', '/3']);
    expect(urls(log, 9)).toEqual(['/1', '/2', '/3']);
    expect(urls(log, 0)).toEqual([]);
  });

  it('keeps 256 of them, and counts all', () => {
    const log = new RequestLog();
    for (let index = 0; index < 256; index += 1) log.add(aRequest({ url: `/${index}` }));
    expect(urls(log, 300)).toHaveLength(256);
    log.add(aRequest({ url: '/256' }));

    expect(urls(log, 300)).toHaveLength(256);
    expect(urls(log, 300)[0]).toBe('/1');
    expect(log.total).toBe(257);
  });

  it('keeps 32 MiB of bodies', () => {
    const log = new RequestLog();
    const body = Buffer.alloc(16 * 2 ** 20);
    log.add(aRequest({ url: '/1', body }));
    log.add(aRequest({ url: '/2', body }));
    expect(urls(log, 9)).toEqual(['/1', '/2']);
    log.add(aRequest({ url: '/3', body: Buffer.alloc(1) }));

    expect(urls(log, 9)).toEqual(['/2', '/3']);
  });

  it('keeps no body that is longer than that', () => {
    const log = new RequestLog();
    log.add(aRequest({ body: Buffer.alloc(32 * 2 ** 20 + 1) }));

    expect(log.last(9)).toEqual([]);
    expect(log.total).toBe(1);
  });

  it('forgets them when it is told, and goes on counting', () => {
    const log = new RequestLog();
    log.add(aRequest());
    log.clear();
    log.add(aRequest({ url: '/2' }));

    expect(urls(log, 9)).toEqual(['/2']);
    expect(log.total).toBe(2);
  });
});
