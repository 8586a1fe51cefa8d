import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

/** It would be a sixth of the time to a first result: see `#local/http-server.ts`. */
it('an engine loads nothing of what Node fetches with', { timeout: 60_000 }, () => {
  const program = `await import('#local/become-engine.ts')
    console.log(process.moduleLoadList.filter((name) => /NativeModule (?:http|internal.deps.undici.undici)$/.test(name)).join())`
  const loaded = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(loaded.trim()).toBe('NativeModule http')
})
