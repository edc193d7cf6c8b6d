import type { ManualClock } from './clock.ts';

/** Lets everything run that waits for nothing but other code. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Moves time on in small steps, and lets what they set off run in between. */
export async function pass(clock: ManualClock, milliseconds: number, stepMs = 10): Promise<void> {
  clock.advance(0);
  await settle();
  for (let passed = 0; passed < milliseconds; passed += stepMs) {
    clock.advance(Math.min(stepMs, milliseconds - passed));
    await settle();
  }
}
