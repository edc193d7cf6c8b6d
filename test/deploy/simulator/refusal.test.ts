import { describe, expect, it } from 'vitest';
import {
  type RefusalTable,
  RequestRefused,
  sayRefusal,
} from '../../../deploy/simulator/refusal.ts';

const table: RefusalTable<string> = {
  'unknown-token': ({ token }) => `no token ${token}`,
  'prompt-too-long': ({ promptTokens }, max) => `${promptTokens} of ${max}`,
};

describe('a refusal', () => {
  it('is said as the table has it for its kind', () => {
    expect(sayRefusal(table, { kind: 'unknown-token', token: 9 }, 0)).toBe('no token 9');
  });

  it('is told the longest context', () => {
    const refusal = { kind: 'prompt-too-long', promptTokens: 9000 } as const;

    expect(sayRefusal(table, refusal, 8192)).toBe('9000 of 8192');
  });

  it('of a kind that the table does not have is not said', () => {
    expect(sayRefusal(table, { kind: 'no-messages' }, 0)).toBeUndefined();
  });

  it('is thrown as an error that carries it', () => {
    const refused = new RequestRefused({ kind: 'queue-full' });

    expect(refused).toBeInstanceOf(Error);
    expect(refused.message).toBe('queue-full');
    expect(refused.refusal).toEqual({ kind: 'queue-full' });
  });
});
