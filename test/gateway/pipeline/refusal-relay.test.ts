import { describe, expect, it } from 'vitest';
import type { EngineRefusal } from '../../../gateway/pipeline/attempt.ts';
import { REFUSAL_BYTES_MAX, RefusalRelay } from '../../../gateway/pipeline/refusal-relay.ts';
import { RelayBench } from '../../support/relay-bench.ts';

const headers = { 'content-type': 'application/json', 'content-length': '9' };

function aRelay(status = 503): RelayBench {
  return new RelayBench((parts) => new RefusalRelay(status, parts), { headers });
}

function refusalOf({ end }: RelayBench): EngineRefusal | undefined {
  return end?.kind === 'refused' ? end.refusal : undefined;
}

describe('an engine’s refusal', () => {
  it('is collected whole, and the client sees nothing of it yet', () => {
    const relay = aRelay(429).stream('{"err', 'or":', '"x"}');

    expect(relay.end).toEqual({
      kind: 'refused',
      refusal: { status: 429, headers, body: Buffer.from('{"error":"x"}') },
    });
    expect(relay.reply.started).toBe(false);
  });

  it('may have no body', () => {
    expect(refusalOf(aRelay().stream())?.body).toHaveLength(0);
  });

  it('is read up to the bound', () => {
    const relay = aRelay();
    relay.upstream.data(Buffer.alloc(REFUSAL_BYTES_MAX, 'a'));
    expect(relay.end).toBeUndefined();

    relay.upstream.end();

    expect(refusalOf(relay)?.body).toHaveLength(REFUSAL_BYTES_MAX);
    expect(relay.upstream.isAborted).toBe(false);
  });

  it('is cut one byte beyond, and the engine is left', () => {
    const relay = aRelay();
    relay.upstream.data(Buffer.alloc(REFUSAL_BYTES_MAX, 'a'), 'b');

    expect(refusalOf(relay)?.body).toHaveLength(REFUSAL_BYTES_MAX);
    expect(relay.upstream.isAborted).toBe(true);
  });

  it('whose connection breaks is a failure after which another replica may be asked', () => {
    const relay = aRelay(500);
    relay.upstream.data('{"err').fail(new Error('ECONNRESET'));

    expect(relay.end).toMatchObject({
      kind: 'failed',
      error: {
        code: 'engine_failed',
        message: 'Replica replica-0 answered 500 and broke the connection.',
        retryable: true,
      },
    });
  });

  it('ends once', () => {
    const relay = aRelay();
    relay.relay.end();
    relay.relay.data(Buffer.from('late'));
    relay.relay.failed(new Error('late'));
    relay.relay.end();

    expect(relay.ends).toHaveLength(1);
  });
});
