import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const SECOND = 1_000
/** Node itself does not know `module`, behind which some packages keep what only bundlers can read. */
const SERVER_CONDITIONS = defaultServerConditions.filter((condition) => condition !== 'module')

/** Real engines and databases on two cores: slow is not wrong, only endless is. */
export default defineConfig({
  // Packages of the workspace are tested as they stand here, not as they were last built.
  ssr: { resolve: { conditions: ['@cacheplane/source', ...SERVER_CONDITIONS] } },
  test: {
    passWithNoTests: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['apps/**/*.test.ts', 'packages/**/*.test.ts', 'docker/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 30 * SECOND,
          hookTimeout: 30 * SECOND,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/postgres.ts'],
          testTimeout: 60 * SECOND,
          hookTimeout: 120 * SECOND,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          globalSetup: ['test/support/postgres.ts'],
          testTimeout: 180 * SECOND,
          hookTimeout: 60 * SECOND,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/postgres.ts'],
          testTimeout: 180 * SECOND,
          hookTimeout: 180 * SECOND,
          // They wait for Docker most of the time.
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          globalSetup: ['test/support/postgres.ts'],
          testTimeout: 300 * SECOND,
          hookTimeout: 180 * SECOND,
          // Mostly they wait: for what is frozen, and for what comes back.
          maxWorkers: 2,
        },
      },
    ],
  },
})
