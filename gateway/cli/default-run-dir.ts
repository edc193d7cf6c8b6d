import { join } from 'node:path';

/** Where launcher and gateways of one user meet, unless they are told: on no disk for root, beside the user's other state else. */
export function defaultRunDir(
  environment: Readonly<Record<string, string | undefined>>,
  uid: number | undefined,
): string {
  if (uid === 0) return '/run/numagate';
  const { HOME = '/tmp', XDG_STATE_HOME: state = join(HOME, '.local', 'state') } = environment;
  return join(state, 'numagate');
}
