import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { runUntilSignal } from '../../../gateway/cli/run-until-signal.ts';
import { settle } from '../../support/passing-time.ts';

const never = new Promise<void>(() => undefined);

describe('a server on the command line', () => {
  const before = new Map<NodeJS.Signals, readonly NodeJS.SignalsListener[]>();
  let exits: unknown[];
  let words: unknown[];

  beforeEach(() => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      before.set(signal, process.listeners(signal));
    }
    exits = [];
    words = [];
    vi.spyOn(process, 'exit').mockImplementation((code) => {
      exits.push(code);
      // It returns here, as it never does outside.
      return undefined as never;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      words.push(text);
      return true;
    });
  });

  afterEach(() => {
    vi.restoreAllMocks();
    for (const [signal, kept] of before) {
      process.removeAllListeners(signal);
      for (const listener of kept) process.on(signal, listener);
    }
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops in good order with %s', async (signal) => {
    const kill = vi.fn(() => Promise.resolve());
    const stop = vi.fn(() => Promise.resolve());
    runUntilSignal({ stop, kill });

    process.emit(signal, signal);
    await settle();

    expect(exits).toEqual([0]);
    expect(stop).toHaveBeenCalledExactlyOnceWith(signal);
    expect(kill).not.toHaveBeenCalled();
  });

  it('waits until it has stopped', async () => {
    runUntilSignal({ stop: () => never, kill: () => never });
    process.emit('SIGTERM', 'SIGTERM');
    await settle();
    expect(exits).toEqual([]);
  });

  it('stops at once with a second signal, whichever', async () => {
    const stop = vi.fn(() => never);
    runUntilSignal({ stop, kill: () => Promise.resolve() });

    process.emit('SIGTERM', 'SIGTERM');
    process.emit('SIGINT', 'SIGINT');
    await settle();

    expect(stop).toHaveBeenCalledOnce();
    expect(exits).toEqual([0]);
  });

  it('ends with 1 where stopping failed, and says why', async () => {
    runUntilSignal({ stop: () => Promise.reject(new Error('stuck')), kill: () => never });
    process.emit('SIGTERM', 'SIGTERM');
    await settle();
    expect(exits).toEqual([1]);
    expect(words).toEqual(['gateway: Error: stuck\n']);
  });
});
