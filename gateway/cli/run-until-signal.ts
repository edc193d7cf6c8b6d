import { tell } from './output.ts';

/** Something that runs until it is told to stop. */
export interface Stoppable {
  /** Stops in good order, told by which signal. */
  readonly stop: (signal: NodeJS.Signals) => Promise<void>;
  /** Stops at once. */
  readonly kill: () => Promise<void>;
}

/**
 * Keeps a server up until SIGTERM or SIGINT, then stops it; a second signal stops it at once. The
 * process ends by itself with exit code 0, or with 1 where stopping failed.
 */
export function runUntilSignal({ stop, kill }: Stoppable): void {
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    signals += 1;
    const stopped = signals === 1 ? stop(signal) : kill();
    stopped.then(
      () => process.exit(0),
      (error: unknown) => {
        tell(`gateway: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
