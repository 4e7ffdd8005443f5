import { defineConfig } from 'vitest/config';

/** Pure code runs side by side; of the files that start a house of their own three run at a time on two cores, since houses mostly wait. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    coverage: {
      provider: 'v8',
      include: ['{bots,bridge,executor,synapse}/**/*.ts', 'chavion.ts'],
      reporter: ['json-summary'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/architecture.test.ts'],
          // Some wait for a timer. (Vitest's own default is one fewer than the cores.)
          maxWorkers: 3,
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'house',
          include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          // For locks to run out, for what was killed to come back, for the clock's next minute.
          maxWorkers: 3,
          // Of one file, where it says so: those that kill and wait.
          maxConcurrency: 4,
          testTimeout: 180_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'sandbox',
          include: ['test/security/**/*.test.ts'],
          fileParallelism: false,
          maxConcurrency: 4,
          testTimeout: 90_000,
          hookTimeout: 90_000,
          sequence: { groupOrder: 2 },
        },
      },
      // A real small model takes minutes and both cores: `npm run soak` alone.
      ...(process.env['CHAVION_SOAK'] === '1'
        ? [
            {
              extends: true as const,
              test: {
                name: 'soak',
                include: ['test/soak/**/*.test.ts'],
                fileParallelism: false,
                testTimeout: 3_600_000,
                hookTimeout: 900_000,
                sequence: { groupOrder: 3 },
              },
            },
          ]
        : []),
    ],
  },
});
