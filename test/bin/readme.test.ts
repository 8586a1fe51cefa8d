import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { patience } from '../builders/gated-run.ts'

let folder: string
/** A project in which `npx forkcast` is this program. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'readme-'))
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(resolve('bin/forkcast.mjs'), join(folder, 'node_modules/.bin/forkcast'))
})
afterEach(async () => {
  const note = join(folder, '.forkcast/engine.json')
  if (existsSync(note)) {
    process.kill((JSON.parse(readFileSync(note, 'utf8')) as { readonly pid: number }).pid, 'SIGTERM')
    await vi.waitUntil(() => !existsSync(note), patience)
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

/** The code block of the README after these words, as it stands there. */
function blockAfter(words: string): string {
  const readme = readFileSync('README.md', 'utf8')
  const at = readme.indexOf(words)
  const [, block = ''] = /```\w+\n(.*?)```/s.exec(readme.slice(at)) ?? []
  expect({ words, found: at >= 0 && block !== '' }).toStrictEqual({ words, found: true })
  return block
}

function sh(script: string) {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  const env = { ...process.env, PATH: path, npm_config_offline: 'true', npm_config_loglevel: 'error' }
  return spawnSync('sh', ['-c', script], { cwd: folder, env, encoding: 'utf8' })
}

describe('the script in the README', { timeout: 60_000 }, () => {
  const script = blockAfter('A script that submits')
  const workflow = blockAfter('Save this as `squares.yaml`')

  it('has ten lines', () => {
    expect(script.trimEnd().split('\n')).toHaveLength(10)
  })

  it('submits, waits and reads the output of the workflow above it', () => {
    writeFileSync(join(folder, 'squares.yaml'), workflow)
    const { status, stdout, stderr } = sh(script)
    expect({ status, stdout }, stderr).toMatchObject({ status: 0, stdout: expect.stringMatching(/\n30\n$/) as string })
    expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))).toMatchObject({ state: 'succeeded' })
  })

  it('retries what failed, and takes over the rest', () => {
    const once = `run: test -e '${folder}/again' || { echo no luck >&2; touch '${folder}/again'; exit 1; }; cat`
    writeFileSync(join(folder, 'squares.yaml'), workflow.replace('run: cat', once))
    const { status, stdout, stderr } = sh(script)
    expect({ status, stdout }, stderr).toMatchObject({ status: 0, stdout: expect.stringMatching(/\n30\n$/) as string })
    expect(stderr).toContain('no luck')
    const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as {
      readonly retryOf: string
      readonly tasks: readonly { readonly id: string; readonly reusedFrom: string | null }[]
    }
    expect(run.tasks.find(({ id }) => id === 'square[0]')?.reusedFrom).toBe(run.retryOf)
    expect(run.tasks.find(({ id }) => id === 'sum')?.reusedFrom).toBeNull()
  })
})
