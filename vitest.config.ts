import { defineConfig } from 'vitest/config'

const forks = {
  pool: 'forks' as const,
  retry: 0,
  exclude: ['**/node_modules/**', '**/dist/**'],
  // what comes of itself is waited for, on a busy machine too
  expect: { poll: { timeout: 20_000 } },
}
/** Files of one worker share what they imported: that is half of their time. A file's database is its own. */
const sharesWorkers = { isolate: false, maxWorkers: 2 }
const needsDatabase = { globalSetup: ['test/global-setup.ts'] }
const startsProcesses = { globalSetup: [...needsDatabase.globalSetup, 'test/build-api.ts'] }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...forks,
          name: 'unit',
          sequence: { groupOrder: 0 },
          ...sharesWorkers,
          include: [
            'packages/core/**/*.test.ts',
            'packages/db/src/local/**/*.test.ts',
            'packages/db/src/schema/**/*.test.ts',
            'apps/sim/**/*.test.ts',
            'apps/admin/**/*.test.ts',
            'test/architecture.test.ts',
            'test/docs.test.ts',
            'test/arguments.test.ts',
            'test/architecture/**/*.test.ts',
          ],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          ...forks,
          ...needsDatabase,
          name: 'db',
          sequence: { groupOrder: 0 },
          ...sharesWorkers,
          include: [
            'apps/api/**/*.test.ts',
            'packages/db/**/*.test.ts',
            'packages/client/**/*.test.ts',
            'test/journey*.test.ts',
          ],
          exclude: [...forks.exclude, 'packages/db/src/local/**', 'packages/db/src/schema/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...forks,
          ...startsProcesses,
          name: 'process',
          sequence: { groupOrder: 1 },
          // they wait more than they work
          maxWorkers: 3,
          include: ['test/process/**/*.test.ts', 'test/launcher.test.ts', 'test/second-start.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...forks,
          ...startsProcesses,
          name: 'browser',
          sequence: { groupOrder: 2 },
          ...sharesWorkers,
          include: ['e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
