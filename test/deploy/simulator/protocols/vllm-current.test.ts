import { describe, expect, it } from 'vitest';
import { vllmCurrent } from '../../../../deploy/simulator/protocols/vllm-current.ts';
import {
  aGeneration,
  aGenerationRequest,
  aReplicaView,
  idleLoad,
  refusalOf,
} from '../../../support/simulator.ts';

const random = '0123456789abcdef0123456789abcdef';

describe('vLLM 0.32', () => {
  it.each([
    ['chat', undefined, 'chatcmpl-0123456789abcdef'],
    ['completions', undefined, 'cmpl-0123456789abcdef'],
    ['chat', 'mine', 'chatcmpl-mine'],
    ['completions', 'mine', 'cmpl-mine'],
  ] as const)('names a %s of the client id %s %s', (shape, client, id) => {
    expect(vllmCurrent.nameGeneration(aGenerationRequest({ shape }), client, random)).toBe(id);
  });

  it('shows the model that it serves, and sends the name of the request back', () => {
    expect(vllmCurrent.shownModel(aGenerationRequest(), 'served')).toBe('served');
    expect(vllmCurrent.headers(aGeneration())).toEqual({ 'x-request-id': 'request-1' });
  });

  it('cuts an output that does not fit behind its prompt', () => {
    const fit = (outputTokensMax: number | undefined): number =>
      vllmCurrent.fitOutput(aGenerationRequest({ outputTokensMax }), 8000, 8192);

    expect(fit(192)).toBe(192);
    expect(fit(193)).toBe(192);
    expect(fit(undefined)).toBe(192);
    expect(fit(8192)).toBe(192);
    expect(refusalOf(() => fit(8193))).toMatchObject({ kind: 'total-too-long' });
  });

  it('is full when running and waiting requests together reach the limit', () => {
    const full = (runningRequests: number, waitingRequests: number): boolean =>
      vllmCurrent.isFull(
        aReplicaView({
          queuedRequestsMax: 4,
          load: () => ({ ...idleLoad, runningRequests, waitingRequests }),
        }),
      );

    expect(full(3, 0)).toBe(false);
    expect(full(2, 2)).toBe(true);
    expect(full(4, 0)).toBe(true);
    expect(vllmCurrent.isFull(aReplicaView())).toBe(false);
  });

  it('guards what is under /v1 alone', () => {
    expect(vllmCurrent.guards('/v1/models')).toBe(true);
    expect(vllmCurrent.guards('/health')).toBe(false);
    expect(vllmCurrent.guards('/metrics')).toBe(false);
  });

  it('sends its head before it has a token', () => {
    expect(vllmCurrent.headBeforeTokens).toBe(true);
  });

  it('counts the requests that are open', async () => {
    const route = vllmCurrent.routes['GET /load'];
    if (route?.kind !== 'page') throw new Error('no such page');
    const request = { query: new URLSearchParams(), body: '', name: '' };
    const { body } = await route.page(aReplicaView({ openRequests: () => 3 }), request);

    expect(JSON.parse(body)).toEqual({ server_load: 3 });
  });

  it('tells the ids of a text under names of its own', async () => {
    const route = vllmCurrent.routes['POST /tokenize'];
    if (route?.kind !== 'page') throw new Error('no such page');
    const request = { query: new URLSearchParams(), body: '{"prompt":"able"}', name: '' };
    const { body } = await route.page(aReplicaView(), request);

    expect(body).toBe('{"count":1,"max_model_len":8192,"tokens":[256],"token_strs":null}');
  });

  it('has none of SGLang’s routes', () => {
    const routes = Object.keys(vllmCurrent.routes);

    expect(routes.filter((route) => /generate|loads|server_info|flush/.test(route))).toEqual([]);
  });
});
