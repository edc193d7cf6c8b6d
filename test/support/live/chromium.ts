import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Where distributions put it. */
const PLACES: readonly string[] = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The machine's own Chromium, or `undefined` where none is installed. */
export const chromiumPath: string | undefined = PLACES.find((place) => existsSync(place));

/** Why a test of the page is skipped. */
export const NO_CHROMIUM = 'needs a Chromium at /usr/bin/chromium: apt-get install chromium';

/** Starts it without a window. */
export function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(NO_CHROMIUM);
  // Containers give no rights for its sandbox; it opens pages of this machine alone.
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
}
