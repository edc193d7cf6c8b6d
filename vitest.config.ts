import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Two workers fit the smallest machine that the time limits are meant for. */
const WORKERS_MAX = 2;

/** A socket, a child process or a whole simulated run each get this long before they count as hung. */
const E2E_MS_MAX = 60_000;

/** What takes a tenth of a second alone takes ten on a machine with other work: a unit that hangs is found all the same. */
const UNIT_MS_MAX = 30_000;

const config: ViteUserConfig = defineConfig({
  test: {
    maxWorkers: WORKERS_MAX,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{routing,telemetry,deploy,gateway}/**/*.test.ts'],
          setupFiles: ['test/support/seed.ts'],
          testTimeout: UNIT_MS_MAX,
        },
      },
      {
        test: {
          name: 'suites',
          include: ['test/suites/**/*.test.ts'],
          setupFiles: ['test/support/seed.ts'],
          testTimeout: UNIT_MS_MAX,
        },
      },
      {
        test: {
          name: 'house',
          include: ['test/*.test.ts', 'test/ci/**/*.test.ts'],
          testTimeout: E2E_MS_MAX,
          hookTimeout: E2E_MS_MAX,
        },
      },
      {
        test: {
          name: 'sim',
          include: ['test/sim/**/*.test.ts'],
          setupFiles: ['test/support/seed.ts'],
          testTimeout: 2 * E2E_MS_MAX,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // One file at a time: what is timed must not share two cores with other tests.
          fileParallelism: false,
          testTimeout: E2E_MS_MAX,
          hookTimeout: E2E_MS_MAX,
        },
      },
    ],
  },
});

export default config;
