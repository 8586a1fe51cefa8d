import { defineConfig } from 'vitest/config'
import { InOrder } from './account/in-order.ts'

export default defineConfig({
  test: {
    include: ['infra-tests/*.test.ts'],
    globalSetup: ['infra-tests/account/start-account.ts'],
    setupFiles: ['infra-tests/permissions/note-calls.mjs'],
    // One account, and two cores for its functions and containers: scenarios come one after another.
    fileParallelism: false,
    sequence: { sequencer: InOrder },
    // An emulator's process may die or stall on a busy machine; what is repeated is told.
    retry: 1,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
})
