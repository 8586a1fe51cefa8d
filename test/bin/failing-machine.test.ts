import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refusedAt } from '../catalogue/failing-writes.ts'
import { checkState } from '../invariants/check-state.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'failing-'))
  const x = { x: { path: 'x.txt' } }
  const tasks = {
    a: { run: 'echo 1 > "$OUTPUT_X"', outputs: x },
    b: { run: 'cat "$INPUT_A" > "$OUTPUT_X"', inputs: { a: { from: 'a.x' } }, outputs: x },
  }
  writeFileSync(
    join(folder, 'flow.json'),
    JSON.stringify({ apiVersion: 'forkcast/v1', name: 'f', code: 'none', tasks }),
  )
})
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))

function forkcast(
  words: readonly string[],
  failing?: string,
): Promise<{ readonly code: number; readonly stderr: string }> {
  const preload = failing === undefined ? [] : ['--import', resolve('test/bin/fixtures/failing-disk.ts')]
  const env = { ...process.env, FAILING_DISK: failing ?? '' }
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [...preload, resolve('bin/forkcast.ts'), ...words],
      { cwd: folder, env },
      (_, __, stderr) => done({ code: child.exitCode ?? -1, stderr }),
    )
  })
}

describe('18: a machine that refuses writes', { timeout: 60_000 }, () => {
  it.each([
    ['ENOSPC 5', /DISK-FULL {2}no space is left on the disk of .*pools\.json \(ENOSPC\)\n.*free some space/],
    ['EACCES 3', /NOT-WRITABLE {2}.*engine\.json.* \(EACCES\)\n.*change the permissions/],
    ['SQLITE_FULL 4', /DISK-FULL {2}.*store\.sqlite: database or disk is full\n.*free some space/],
  ])(
    'before the run is taken (%s) says which file and what to do, and leaves nothing behind',
    async (failing, words) => {
      const { code, stderr } = await forkcast(['run', 'flow.json', '-q'], failing)
      expect(code).toBe(1)
      expect(stderr).toMatch(words)
      expect(stderr).not.toMatch(/\n\s+at /)
      expect((await forkcast(['run', 'flow.json', '-q'])).code).toBe(0)
      expect(await checkState(join(folder, '.forkcast'))).toStrictEqual([])
    },
  )

  it.each([
    ['ENOSPC 16', /DISK-FULL/],
    ['EMFILE 17', /TOO-MANY-FILES.*\n.*ulimit -n/],
    ['EROFS 20', /READ-ONLY.*\n.*mount it for writing/],
  ])('while the run is on (%s) says so, and the run goes on after the repair', async (failing, words) => {
    const { code, stderr } = await forkcast(['run', 'flow.json', '-q'], failing)
    expect(code).toBe(1)
    expect(stderr).toMatch(words)
    expect(stderr).toMatch(/forkcast resume run_/)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect((await forkcast(['resume', 'latest', '-q'])).code).toBe(0)
    expect(await checkState(join(folder, '.forkcast'))).toStrictEqual([])
  })

  // One write of each kind: what an engine writes for a clone, in the middle of the run. The soak takes each n.
  it.each([
    ['ENOSPC', 30],
    ['EMFILE', 24],
    ['EACCES', 33],
    ['EROFS', 27],
    ['SQLITE_FULL', 13],
  ] as const)(
    'whatever a clone at work is refused (%s %d), cause and fix are named, and the run goes on',
    async (code, n) => {
      expect(await refusedAt(code, n)).toStrictEqual({ reached: true, breaches: [] })
    },
  )
})
