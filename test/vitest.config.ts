import { defineConfig } from 'vitest/config';

/** Pure code runs side by side; whatever starts a house of its own runs one file after another, two cores being all there is. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    projects: [
      {
        extends: true,
        test: { name: 'pure', include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/architecture.test.ts'], testTimeout: 60_000, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'house',
          include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'sandbox', include: ['test/security/**/*.test.ts'], fileParallelism: false, maxConcurrency: 4, testTimeout: 90_000, hookTimeout: 90_000, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
