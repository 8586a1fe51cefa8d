import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'

/**
 * Tests with configurations of their own: the gates run every tool twice (`npm run check:gates`), engines are killed by the hundred
 * (`test:kill`), the package is built and installed (`test:package`), emulators of an account are started (`test:account`),
 * containers are made as root (`test:container`).
 */
const elsewhere = ['test/gates/**', 'test/killed/**', 'test/package/**', 'test/account/**', 'test/container-root/**']

/** Tests of what has no state but its arguments: their files can share a process, in which each module is loaded once. */
const pure = ['test/core/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/operations/**/*.test.ts']

const exclude = [...configDefaults.exclude, ...elsewhere]

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'pure', include: pure, exclude, isolate: false } },
      { extends: true, test: { name: 'all else', include: ['test/**/*.test.ts'], exclude: [...exclude, ...pure] } },
    ],
    setupFiles: ['test/setup/loopback-only.ts'],
    // Programs that tests start by the hundred are compiled once.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'forkcast-compile-cache') },
    // Many tests wait for processes, so every processor is worth a worker.
    maxWorkers: '100%',
    // No test waits on purpose; a loaded machine may still be slow.
    testTimeout: 20_000,
    // `npm run coverage`: the core, by its own tests alone.
    coverage: {
      provider: 'v8',
      include: ['src/core/**/*.ts'],
      thresholds: { 100: true },
      // Only what is missing is shown.
      reporter: [['text', { skipFull: true }]],
    },
  },
})
