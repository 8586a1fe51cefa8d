import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { matchRoute } from '#contract/api/routes.ts'
import { patience } from '../builders/gated-run.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'api-walk-'))
  mkdirSync(join(folder, 'bin'))
  symlinkSync(resolve('bin/forkcast.mjs'), join(folder, 'bin/forkcast'))
})
afterEach(async () => {
  const note = join(folder, '.forkcast/engine.json')
  if (existsSync(note)) {
    process.kill((JSON.parse(readFileSync(note, 'utf8')) as { readonly pid: number }).pid, 'SIGTERM')
    await vi.waitUntil(() => !existsSync(note), patience)
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

describe('the walk with curl in docs/api.md', { timeout: 60_000 }, () => {
  const text = readFileSync('docs/api.md', 'utf8')
  const [, script = ''] = /with curl\n.*?```sh\n(.*?)```/s.exec(text) ?? []

  it('uploads code by its hash, submits, polls, retries what failed, and reads the output', () => {
    const path = [join(folder, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter)
    // What stays behind holds none of the streams.
    const served = script.replace(/^forkcast dev.*&.*$/m, (line) => line.replace('&', '> dev.log 2>&1 &'))
    const options = { cwd: folder, env: { ...process.env, PATH: path }, encoding: 'utf8', timeout: 40_000 } as const
    const { status, stdout, stderr } = spawnSync('sh', ['-eu', '-c', served], options)
    expect({ status, stderr }).toStrictEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^failed\n\{"tasks":\[\{"id":"sort","state":"failed".*\}succeeded\na\nb\n$/s)
  })

  it('asks for nothing that is not in the OpenAPI document', () => {
    const paths = [...script.matchAll(/\$api(\/[^" ]*)|(?:first|second) "?(\/[^" ]*)/g)].map(
      ([, read, written]) => read ?? written ?? '',
    )
    expect(paths).toHaveLength(6)
    for (const path of paths) {
      const asked = path
        .replace(/\?.*/, '')
        .replace(/\$\(.*/, 'a'.repeat(64))
        .replace(/\$\w+/, 'latest')
      const found = ['GET', 'POST', 'PUT'].map((method) => matchRoute(method, asked).kind)
      expect({ path, found }).toStrictEqual({ path, found: expect.arrayContaining(['route']) })
    }
  })
})
