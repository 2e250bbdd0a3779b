import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real git, real processes, two cores: generous, so that only a hang trips it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
