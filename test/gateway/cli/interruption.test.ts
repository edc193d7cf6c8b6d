import { describe, expect, it, vi } from 'vitest';
import { EXIT_INTERRUPTED, Interruption } from '../../../gateway/cli/interruption.ts';

const listeners = (): number =>
  process.listenerCount('SIGINT') +
  process.listenerCount('SIGTERM') +
  process.listenerCount('SIGHUP');

describe('Interruption', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('turns %s into an abort', (name) => {
    using interruption = new Interruption();
    expect(interruption.signal.aborted).toBe(false);

    process.emit(name);

    expect(interruption.signal.aborted).toBe(true);
  });

  it('ends the process at the second signal, as a shell expects of it', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    using interruption = new Interruption();
    process.emit('SIGINT');
    expect(exit).not.toHaveBeenCalled();

    process.emit('SIGINT');

    expect(exit).toHaveBeenCalledExactlyOnceWith(EXIT_INTERRUPTED);
    expect(interruption.signal.aborted).toBe(true);
    exit.mockRestore();
  });

  it('gives the signals back', () => {
    const before = listeners();
    {
      using interruption = new Interruption();
      expect(interruption.signal.aborted).toBe(false);
      expect(listeners()).toBe(before + 3);
    }

    expect(listeners()).toBe(before);
  });
});
