import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/gates/**/*.test.ts'],
    // A gate is a whole tool over the whole house, twice.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
