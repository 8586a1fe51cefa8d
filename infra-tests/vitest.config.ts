import { defineConfig } from 'vitest/config'
import { InOrder } from './account/in-order.ts'

export default defineConfig({
  test: {
    include: ['infra-tests/*.test.ts'],
    globalSetup: ['infra-tests/account/start-account.ts'],
    // One account, and two cores for its functions and containers: scenarios come one after another.
    fileParallelism: false,
    sequence: { sequencer: InOrder },
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
})
