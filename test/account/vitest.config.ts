import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/account/**/*.test.ts'],
    globalSetup: ['test/account/start-emulators.ts'],
    setupFiles: ['test/setup/loopback-only.ts'],
    // They wait for emulators more than they reckon.
    maxWorkers: 3,
    // Each call is a request to a server of this machine.
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
})
