import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkState } from '../invariants/check-state.ts'

//  a ─▶ b[6]
const retry = { limit: 0, backoff: '100ms' }
const tasks = {
  a: { retry, run: 'echo 1 > "$OUTPUT_X"', outputs: { x: { path: 'x.txt' } } },
  b: {
    retry,
    forEach: { n: [1, 2, 3, 4, 5, 6] },
    inputs: { a: { from: 'a.x' } },
    run: 'cat "$INPUT_A" > "$OUTPUT_X"; sleep 0.1',
    outputs: { x: { path: 'x.txt' } },
  },
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'few-files-'))
  const text = { apiVersion: 'forkcast/v1', name: 'f', code: 'none', tasks }
  writeFileSync(join(folder, 'flow.json'), JSON.stringify(text))
})
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))

/** Runs the program, which may have so many files open at once. */
function forkcast(words: readonly string[], files?: number) {
  const limit = files === undefined ? '' : `ulimit -n ${files}; `
  const line = `${limit}exec "$0" "$@"`
  return new Promise<{ readonly code: number | null; readonly stderr: string }>((done) => {
    const child = execFile(
      'sh',
      ['-c', line, process.execPath, resolve('bin/forkcast.ts'), ...words],
      { cwd: folder },
      (_, __, stderr) => done({ code: child.exitCode, stderr }),
    )
  })
}

/** Goes on with what there is, with no such limit: a run that did not end, or failed, or was never taken. */
async function goOn(): Promise<number | null> {
  for (const words of [
    ['resume', 'latest'],
    ['retry', 'latest'],
    ['run', 'flow.json'],
  ]) {
    const { code } = await forkcast([...words, '-q'])
    if (code !== 3 && code !== 5) return code
  }
  return null
}

// Node itself needs some 20: below, it does not come as far as our first line. Above 50 nothing is short.
describe('a process that may have few files open at once', { timeout: 60_000 }, () => {
  it.each([24, 26, 30, 34, 38])('runs, or says what to do and loses nothing: %d files', async (files) => {
    const { code, stderr } = await forkcast(['run', 'flow.json', '-q'], files)

    const told = /too many open files|TOO-MANY-FILES/.test(stderr) && stderr.includes('ulimit -n')
    expect({ code, told }).toStrictEqual(code === 0 ? { code, told } : { code: 1, told: true })
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(code === 0 ? 0 : await goOn()).toBe(0)
    expect(await checkState(join(folder, '.forkcast'))).toStrictEqual([])
  })
})
