import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/gates/**/*.test.ts'],
    // A gate is a whole tool over the whole house, twice; half of each is work for one processor.
    maxConcurrency: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
