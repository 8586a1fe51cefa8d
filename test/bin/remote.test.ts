import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Site } from '../client/site.ts'

let site: Site
beforeEach(async () => {
  site = await Site.of('remote')
})
afterEach(() => site[Symbol.asyncDispose]())

/** The command line in a process of its own, with these variables. */
function forkcast(env: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const { folder } = site.runs
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('bin/forkcast.ts'), ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('forkcast with a control plane elsewhere', { timeout: 60_000 }, () => {
  it('takes its address and its token from the environment, or the token from the state directory', () => {
    const tasks = { a: { run: 'echo a > "$OUTPUT_A"', outputs: { a: { path: 'a.txt' } } } }
    site.write('a.json', { apiVersion: 'forkcast/v1', name: 'a', tasks, outputs: { a: { from: 'a.a' } } })
    const { url, token } = site.address
    const own = forkcast({ FORKCAST_API: url }, 'run', 'a.json', '--json')
    expect({ status: own.status, state: (JSON.parse(own.stdout) as { readonly state: string }).state }).toStrictEqual({
      status: 0,
      state: 'succeeded',
    })
    const given = { FORKCAST_API: url, FORKCAST_TOKEN: token }
    expect(forkcast(given, 'run', '-q', 'a.json', '--dir', 'elsewhere')).toMatchObject({ status: 0 })
    const { status, stdout } = forkcast(given, 'outputs', 'latest', 'a', '--dir', 'elsewhere')
    expect({ status, stdout }).toStrictEqual({
      status: 0,
      stdout: expect.stringMatching(/\/elsewhere\/downloads\/run_\w+\/a\n$/),
    })
  })

  it('is not allowed without the right token (4), and says when nobody answers (6) or the address is none (2)', () => {
    const { url } = site.address
    site.write('a.json', { apiVersion: 'forkcast/v1', name: 'a', tasks: { a: { run: 'true' } } })
    const told = (...words: readonly string[]) => {
      const { status, stderr } = forkcast({ FORKCAST_TOKEN: 'wrong' }, ...words)
      return [status, stderr.split('\n')[0]]
    }
    expect(told('run', 'a.json', '--api', url)).toStrictEqual([4, expect.stringContaining('NOT-ALLOWED')])
    expect(told('ls', '--api', 'http://127.0.0.1:7')).toStrictEqual([6, expect.stringContaining('API-UNREACHABLE')])
    expect(told('ls', '--api', 'nowhere')).toStrictEqual([2, expect.stringContaining('USAGE')])
    expect(told('ls', '--api', join(site.runs.folder, 'engine.json'))).toStrictEqual([2, expect.anything()])
  })
})
