import type { LaunchedReplica, LauncherClient } from '../../deploy/launcher.ts';
import type { Clock } from '../clock.ts';
import type { AdminDoor, AdminReplica } from './admin-replicas.ts';

/** What engines are restarted with. */
export interface RollingParts {
  readonly launcher: Pick<LauncherClient, 'state' | 'restart'>;
  readonly admin: {
    readonly replicas: (door: AdminDoor) => Promise<readonly AdminReplica[]>;
    readonly mark: (door: AdminDoor, id: string, mark: 'drain' | 'undrain') => Promise<void>;
  };
  /** Every gateway that sends requests to the engines. */
  readonly doors: readonly AdminDoor[];
  readonly clock: Clock;
  /** Longest wait for the requests of one replica. */
  readonly drainMsMax: number;
  readonly tell: (line: string) => void;
  /** Once aborted, no other replica is begun, and the one under way is given back. */
  readonly signal: AbortSignal;
}

const LOOK_MS = 250;

/**
 * Restarts engines one after the other. Each is drained first, so that it has no request when it ends, and takes
 * requests again before the next one is begun. Rejects at the first that cannot be drained or does not come
 * back; what was drained is given back, also where that is interrupted.
 */
export async function restartOneByOne(ids: readonly string[], parts: RollingParts): Promise<void> {
  // Before anything is drained: a name that is mistyped takes no other one down.
  for (const id of ids) await statusOf(id, parts.launcher);
  for (const id of ids) {
    if (parts.signal.aborted) return parts.tell(`${id} and what follows it were left as they are.`);
    await drained(id, parts, () => restartOne(id, parts));
    await untilAll(parts, id, ({ state }) => state === 'ready');
    if (!parts.signal.aborted) parts.tell(`${id} takes requests again`);
  }
}

async function drained(id: string, parts: RollingParts, task: () => Promise<void>): Promise<void> {
  const { admin, doors } = parts;
  try {
    await Promise.all(doors.map((door) => admin.mark(door, id, 'drain')));
    await untilEmpty(id, parts);
    if (parts.signal.aborted) parts.tell(`${id} was not restarted, and gets requests again`);
    else await task();
  } finally {
    // A mark that stays would keep a good replica out for good.
    await Promise.allSettled(doors.map((door) => admin.mark(door, id, 'undrain')));
  }
}

async function untilEmpty(id: string, parts: RollingParts): Promise<void> {
  const { clock, drainMsMax, tell } = parts;
  const endMs = clock.nowMs() + drainMsMax;
  tell(`${id} gets no new requests, and finishes what it has`);
  await untilAll(parts, id, ({ inFlight }) => {
    if (inFlight.requests === 0) return true;
    if (clock.nowMs() < endMs) return false;
    throw new Error(
      `${id} still has ${inFlight.requests} requests after ${drainMsMax / 1_000} s and was not ` +
        'restarted: --drain-ms gives it longer',
    );
  });
}

/** Resolves when every gateway that has the replica says so of it, or that is interrupted. */
async function untilAll(
  { admin, doors, clock, signal }: RollingParts,
  id: string,
  isSo: (replica: AdminReplica) => boolean,
): Promise<void> {
  while (!signal.aborted) {
    const all = await Promise.all(doors.map((door) => admin.replicas(door)));
    const seen = all.flatMap((replicas) => replicas.filter((one) => one.id === id));
    if (seen.every(isSo)) return;
    await pause(clock);
  }
}

async function restartOne(
  id: string,
  { launcher, clock, tell, signal }: RollingParts,
): Promise<void> {
  const before = await statusOf(id, launcher);
  await launcher.restart(id);
  for (;;) {
    const { phase, restarts, failure } = await statusOf(id, launcher);
    const isAnother = restarts > before.restarts;
    if (isAnother && phase === 'ready') break;
    if (isAnother && (phase === 'failed' || phase === 'waiting')) {
      throw new Error(`${id} did not come back: ${failure?.sentence ?? phase}`);
    }
    // The old one is gone: no request can be sent to it.
    if (isAnother && signal.aborted)
      return tell(`${id} is starting, and gets requests when it is ready`);
    await pause(clock);
  }
  tell(`${id} is ready`);
}

async function statusOf(id: string, launcher: RollingParts['launcher']): Promise<LaunchedReplica> {
  const { replicas } = await launcher.state();
  const found = replicas.find(({ plan }) => plan.id === id);
  if (found !== undefined) return found;
  const known = replicas.map(({ plan }) => plan.id).join(', ');
  throw new Error(`the launcher has no replica ${id}; it has ${known === '' ? 'none' : known}`);
}

async function pause(clock: Clock): Promise<void> {
  await new Promise<void>((resolve) => {
    clock.after(LOOK_MS, resolve);
  });
}
