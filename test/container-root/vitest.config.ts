import { defineConfig } from 'vitest/config'

/** Containers made of namespaces of the kernel, which takes root: where that is not to be had, all is skipped, and says so. */
export default defineConfig({
  test: {
    include: ['test/container-root/**/*.test.ts'],
    globalSetup: ['test/container-root/agent-bundle.ts'],
    setupFiles: ['test/setup/loopback-only.ts'],
    testTimeout: 60_000,
    // Each is a process with a runtime of its own.
    maxConcurrency: 4,
  },
})
