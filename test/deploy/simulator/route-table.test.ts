import { describe, expect, it } from 'vitest';
import { emptyAnswer } from '../../../deploy/simulator/plain-answer.ts';
import type { Route } from '../../../deploy/simulator/protocols/protocol.ts';
import { type RouteMatch, RouteTable } from '../../../deploy/simulator/route-table.ts';

const page: Route = { kind: 'page', page: () => emptyAnswer(200) };
const chat: Route = { kind: 'generation', shape: 'chat' };
const table = new RouteTable({
  'POST /v1/chat/completions': chat,
  'GET /v1/models': page,
  'GET /v1/models/*': page,
  'GET /flush': page,
  'POST /flush': page,
});

function statusOf(match: RouteMatch): number | undefined {
  return match.kind === 'none' ? match.answer.status : undefined;
}

describe('a table of routes', () => {
  it('finds a route by its method and path', () => {
    expect(table.find('POST', '/v1/chat/completions')).toEqual({
      kind: 'route',
      route: chat,
      name: '',
    });
  });

  it.each([
    ['/v1/models/m', 'm'],
    ['/v1/models/meta-llama/Meta-Llama-3', 'meta-llama/Meta-Llama-3'],
    ['/v1/models/a%2Fb', 'a/b'],
    ['/v1/models/100%', '100%'],
  ])('finds behind %s the name %s', (path, name) => {
    expect(table.find('GET', path)).toMatchObject({ kind: 'route', name });
  });

  it.each(['/', '/nope', '/v1/chat', '/v1/models/', '/v1/chat/completions/x'])(
    'has nothing under %s',
    (path) => {
      const match = table.find('GET', path);

      expect(match).toMatchObject({
        kind: 'none',
        answer: { status: 404, body: '{"detail":"Not Found"}' },
      });
    },
  );

  it('tells for a wrong method which ones are right', () => {
    expect(table.find('GET', '/v1/chat/completions')).toMatchObject({
      kind: 'none',
      answer: {
        status: 405,
        body: '{"detail":"Method Not Allowed"}',
        headers: { allow: 'POST' },
      },
    });
    expect(table.find('PUT', '/flush')).toMatchObject({
      answer: { headers: { allow: 'GET, POST' } },
    });
  });

  it('does not take HEAD for GET, as the engines do not', () => {
    expect(statusOf(table.find('HEAD', '/v1/models'))).toBe(405);
  });
});
