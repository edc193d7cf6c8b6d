import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../gateway/generation/error.ts';
import {
  DeadlyRequests,
  queryOfDeath,
  REFUSED_MS,
  REMEMBERED_MAX,
} from '../../../gateway/pipeline/deadly-requests.ts';
import { chatBody, decoded } from '../../support/exchange.ts';

const request = decoded();

function requestOf(seed: number): typeof request {
  return decoded({ ...chatBody, seed });
}

describe('a request that killed', () => {
  it('is refused for ten minutes, whoever sends its bytes again', () => {
    const deadly = new DeadlyRequests();
    deadly.remember(request, 0);

    for (const nowMs of [0, REFUSED_MS - 1]) {
      expect(() => deadly.check(decoded(), nowMs)).toThrow(GatewayError);
    }
    expect(() => deadly.check(decoded(), REFUSED_MS)).not.toThrow();
    expect(() => deadly.check(decoded(), 0)).not.toThrow();
  });

  it('condemns no other one', () => {
    const deadly = new DeadlyRequests();
    expect(() => deadly.check(request, 0)).not.toThrow();
    deadly.remember(request, 0);

    expect(() => deadly.check(requestOf(1), 0)).not.toThrow();
  });

  it('is remembered while there are no more than 1,024 later ones', () => {
    const deadly = new DeadlyRequests();
    for (let seed = 0; seed < REMEMBERED_MAX; seed += 1) deadly.remember(requestOf(seed), 0);
    expect(() => deadly.check(requestOf(0), 0)).toThrow(GatewayError);

    for (let seed = 0; seed <= REMEMBERED_MAX; seed += 1) deadly.remember(requestOf(seed), 0);
    expect(() => deadly.check(requestOf(0), 0)).not.toThrow();
    expect(() => deadly.check(requestOf(1), 0)).toThrow(GatewayError);
  });

  it('is the fault of its client, and not worth another try', () => {
    expect(queryOfDeath('They died.')).toMatchObject({
      code: 'query_of_death',
      status: 422,
      source: 'client',
      retryable: false,
      message: 'They died. It is tried on no other one, and refused for ten minutes.',
    });
  });
});
