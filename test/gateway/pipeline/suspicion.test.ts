import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../gateway/generation/error.ts';
import type { AttemptEnd } from '../../../gateway/pipeline/attempt.ts';
import { Breakages } from '../../../gateway/pipeline/breakages.ts';
import { CLEARING_TOKENS, Suspicion } from '../../../gateway/pipeline/suspicion.ts';
import { ManualClock } from '../../support/clock.ts';
import { FakeEngine } from '../../support/fake-engine.ts';

const broke: AttemptEnd = { kind: 'failed', error: new GatewayError('engine_failed', 'It broke.') };

function refused(status: number): AttemptEnd {
  return { kind: 'refused', refusal: { status, headers: {}, body: Buffer.from('') } };
}

/** A request beside two replicas that listen, and where answers broke. */
function aCase() {
  const engines: Readonly<Record<string, FakeEngine>> = {
    a: new FakeEngine(),
    b: new FakeEngine(),
  };
  const breakages = new Breakages();
  const clock = new ManualClock();
  const parts = { clock, breakages, engineOf: (id: string) => engines[id] };
  return { suspicion: new Suspicion('mine', parts), engines, breakages, clock };
}

function die({ engines }: ReturnType<typeof aCase>, ...ids: readonly string[]): void {
  for (const id of ids) {
    const engine = engines[id];
    if (engine !== undefined) engine.isListening = false;
  }
}

describe('the suspicion that a request kills', () => {
  it.each([0, CLEARING_TOKENS - 1])(
    'is strong after two replicas, the second at token %i',
    (at) => {
      const { suspicion } = aCase();
      suspicion.note('a', broke, 500);
      expect(suspicion.isStrong).toBe(false);
      suspicion.note('b', broke, at);

      expect(suspicion.isStrong).toBe(true);
      expect(suspicion.replicas).toEqual(['a', 'b']);
    },
  );

  it('begins anew for a request that got eight tokens further', () => {
    const { suspicion } = aCase();
    suspicion.note('a', broke, 0);
    suspicion.note('b', broke, CLEARING_TOKENS);

    expect(suspicion.isStrong).toBe(false);
    expect(suspicion.replicas).toEqual(['b']);
  });

  it.each([
    ['a full engine', refused(503)],
    ['a limit', refused(429)],
    ['a mistake of the client', refused(400)],
    ['nobody to connect to', failedWith('engine_unreachable')],
    ['a long wait', failedWith('engine_timeout')],
    ['a client that left', failedWith('client_closed')],
  ])('does not come of %s', (_what, end) => {
    const { suspicion } = aCase();
    suspicion.note('a', end, 0);
    suspicion.note('b', end, 0);

    expect(suspicion.isStrong).toBe(false);
  });

  it('comes of an engine that answers 500, as one does whose process is gone', () => {
    const { suspicion } = aCase();
    suspicion.note('a', refused(500), 0);
    suspicion.note('b', broke, 0);

    expect(suspicion.isStrong).toBe(true);
  });

  it('is proven where nobody listens at both', async () => {
    const aside = aCase();
    die(aside, 'a', 'b');
    for (const id of ['a', 'b']) aside.suspicion.note(id, broke, 0);

    await expect(aside.suspicion.isProven()).resolves.toBe(true);
  });

  it('is proven where the first was dead, though it listens again', async () => {
    const aside = aCase();
    die(aside, 'a', 'b');
    aside.suspicion.note('a', broke, 0);
    await Promise.resolve();
    Object.assign(aside.engines['a'] ?? {}, { isListening: true });
    aside.suspicion.note('b', broke, 0);

    await expect(aside.suspicion.isProven()).resolves.toBe(true);
  });

  it('is proven where one closes its port a moment after it broke', async () => {
    const aside = aCase();
    for (const id of ['a', 'b']) aside.suspicion.note(id, broke, 0);
    die(aside, 'a', 'b');

    await expect(aside.suspicion.isProven()).resolves.toBe(true);
  });

  it('is proven where the answers of others broke too, though both listen', async () => {
    const { suspicion, breakages } = aCase();
    for (const id of ['a', 'b']) {
      suspicion.note(id, broke, 0);
      breakages.note(id, 'another', 0);
    }

    await expect(suspicion.isProven()).resolves.toBe(true);
  });

  it('is not proven where engines answer everybody 500, which live', async () => {
    const { suspicion, breakages, clock } = aCase();
    const another = new Suspicion('another', {
      clock,
      breakages,
      engineOf: () => new FakeEngine(),
    });
    for (const id of ['a', 'b']) {
      suspicion.note(id, refused(500), 0);
      another.note(id, refused(500), 0);
    }

    await expect(suspicion.isProven()).resolves.toBe(false);
  });

  it('is not proven where one of them lives and broke nobody else', async () => {
    const aside = aCase();
    die(aside, 'b');
    for (const id of ['a', 'b']) aside.suspicion.note(id, broke, 0);

    await expect(aside.suspicion.isProven()).resolves.toBe(false);
  });

  it('holds one that left the fleet for dead', async () => {
    const aside = aCase();
    die(aside, 'b');
    for (const id of ['gone', 'b']) aside.suspicion.note(id, broke, 0);

    await expect(aside.suspicion.isProven()).resolves.toBe(true);
  });
});

function failedWith(code: 'engine_unreachable' | 'engine_timeout' | 'client_closed'): AttemptEnd {
  return { kind: 'failed', error: new GatewayError(code, 'It failed.', { retryable: true }) };
}
