import { describe, expect, it } from 'vitest';
import { ClientLateness } from '../../../gateway/replay/client-lateness.ts';

/** Keeps the event loop from everything else. */
function block(milliseconds: number): void {
  const endMs = performance.now() + milliseconds;
  while (performance.now() < endMs);
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Turns of the event loop until its monitor, which looks every 5 ms, has looked. */
async function turnsFor(milliseconds: number): Promise<void> {
  const endMs = performance.now() + milliseconds;
  while (performance.now() < endMs) await turn();
}

describe('ClientLateness', () => {
  it('sees how long the event loop of this process was kept', async () => {
    const lateness = new ClientLateness();
    lateness.start();
    await turnsFor(12);
    block(60);
    await turnsFor(12);
    const { process, keepsPace, maxMs, p99Ms } = lateness.stop();

    expect([process, keepsPace]).toEqual(['client', false]);
    expect(maxMs).toBeGreaterThan(40);
    expect(p99Ms).toBeLessThanOrEqual(maxMs);
  });

  it('forgets what was before its start, and is never early', () => {
    const lateness = new ClientLateness();
    lateness.start();
    lateness.start();

    expect(lateness.stop()).toMatchObject({ p99Ms: 0, maxMs: 0 });
  });
});
