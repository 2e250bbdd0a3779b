import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // What a page or a process comes to is waited for as long as anything else.
    expect: { poll: { timeout: 60_000, interval: 20 } },
    // Most tests wait for other processes: one worker more than there are cores keeps these busy.
    maxWorkers: availableParallelism() + 1,
    // Real git, real processes, two cores that others use as well: generous, so that only a hang trips it.
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
