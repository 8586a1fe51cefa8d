import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/killed/**/*.test.ts'],
    // Each of these keeps all processors busy, and kills what it started by the hundred.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
})
