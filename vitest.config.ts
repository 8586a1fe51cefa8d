import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The gates' own tests run every tool twice: `npm run check:gates`. Engines are killed by the hundred in `npm run test:kill`.
    exclude: [...configDefaults.exclude, 'test/gates/**', 'test/killed/**'],
    setupFiles: ['test/setup/loopback-only.ts'],
    // Many tests wait for processes, so every processor is worth a worker.
    maxWorkers: '100%',
    // No test waits on purpose; a loaded machine may still be slow.
    testTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: ['src/core/**/*.ts'],
      thresholds: { 100: true },
    },
  },
})
