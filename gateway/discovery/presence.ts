import type { LoadSource } from '../engines/catalog.ts';
import { MODELS_PATH } from '../engines/catalog.ts';

/** For an engine that tells no load: a small page that every engine has, read for the connection alone. */
export const presence: LoadSource = {
  paths: [MODELS_PATH],
  read: () => undefined,
};

/** Shortest time between two looks: three of them find a dead replica within a second, and few stand in an access log. */
export const PRESENCE_INTERVAL_MS = 300;
