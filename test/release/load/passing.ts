import { setTimeout as sleep } from 'node:timers/promises';

/** Clients that each ask again as soon as they have their answer, for as long as `goesOn` says so. */
export async function closedLoop(
  clients: number,
  goesOn: () => boolean,
  ask: (index: number) => Promise<void>,
): Promise<void> {
  let index = 0;
  const client = async (): Promise<void> => {
    while (goesOn()) {
      index += 1;
      await ask(index);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}

/** Asks at a rate, whatever becomes of those before; resolves when the last one has its answer. */
export async function openLoop(
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
  ask: (index: number) => Promise<void>,
): Promise<void> {
  const startMs = performance.now();
  const asking: Promise<void>[] = [];
  const count = Math.round(perSecond * seconds);
  for (let index = 0; index < count; index += 1) {
    const aheadMs = startMs + (index * 1_000) / perSecond - performance.now();
    if (aheadMs > 1) await sleep(aheadMs);
    asking.push(ask(index));
  }
  await Promise.all(asking);
}
