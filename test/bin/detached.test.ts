import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineNote } from '#adapters/local/engine-lock.ts'
import { GatedRuns, patience } from '../builders/gated-run.ts'
import { checkState } from '../invariants/check-state.ts'

let runs: GatedRuns
beforeEach(() => {
  runs = new GatedRuns()
})
afterEach(async () => {
  const { pid } = note()
  if (pid !== undefined && isAlive(pid)) {
    process.kill(pid, 'SIGKILL')
    await vi.waitUntil(() => !isAlive(pid), patience)
  }
  runs[Symbol.dispose]()
})

const note = (): Partial<EngineNote> => {
  const path = join(runs.state, 'engine.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as EngineNote) : {}
}
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const idIn = (stdout: string): string => stdout.trim()

describe('a run in the background', { timeout: 60_000 }, () => {
  it('goes on after the command that submitted it, with others in one engine, and can be waited for', async () => {
    const one = await runs.forkcast('run', '--detach', runs.workflow('one'))
    expect(one).toMatchObject({ code: 0, stdout: expect.stringMatching(/^run_[0-9a-z]+\n$/) as string })
    const { pid } = note()
    const two = await runs.forkcast('run', '-d', '-q', runs.workflow('two'))
    expect(two).toMatchObject({ code: 0, stderr: '' })
    expect(note()).toMatchObject({ pid, runs: [idIn(one.stdout), idIn(two.stdout)] })

    runs.open('one')
    expect(await runs.forkcast('wait', idIn(one.stdout), '-q')).toMatchObject({ code: 0 })
    expect((await runs.show(idIn(two.stdout))).state).toBe('running')
    runs.open('two')
    expect(await runs.forkcast('wait', 'latest', '--json')).toMatchObject({ code: 0 })
    expect(readFileSync(join(runs.state, 'engine.log'), 'utf8')).toContain(`${idIn(two.stdout)}  run.finished`)
    expect(await checkState(runs.state)).toStrictEqual([])
  })

  it('is taken by the engine of a process that is there already', async () => {
    const first = await runs.following('run', runs.workflow('one'))
    const second = await runs.forkcast('run', '-d', runs.workflow('two'))
    expect(note()).toMatchObject({ pid: first.child.pid, runs: [first.run, idIn(second.stdout)] })
    expect(existsSync(join(runs.state, 'engine.log'))).toBe(false)
    runs.open('one')
    runs.open('two')
    expect((await first.end).code).toBe(0)
    expect((await runs.show(idIn(second.stdout))).state).toBe('succeeded')
  })

  it('is handed over at SIGTERM, and resumed in the background', async () => {
    const { stdout } = await runs.forkcast('run', '-d', runs.workflow('one'))
    const { pid } = note()
    process.kill(pid as number, 'SIGTERM')
    process.kill(pid as number, 'SIGTERM')
    await vi.waitFor(() => expect(existsSync(join(runs.state, 'engine.json'))).toBe(false), patience)
    expect((await runs.show(idIn(stdout))).state).toBe('interrupted')

    expect(await runs.forkcast('resume', '-d')).toMatchObject({ code: 0, stdout })
    runs.open('one')
    expect(await runs.forkcast('wait', '-q')).toMatchObject({ code: 0 })
  })
})

describe('waiting in the background', { timeout: 60_000 }, () => {
  it('ends with 124 when the time is over, and with 1 when the engine is gone', async () => {
    const { stdout } = await runs.forkcast('run', '-d', runs.workflow('one'))
    expect(await runs.forkcast('wait', '--timeout', '200ms', '-q')).toMatchObject({ code: 124 })
    const waiting = runs.forkcast('wait', '-q')
    process.kill(note().pid as number, 'SIGKILL')
    const end = await waiting
    expect(end).toMatchObject({ code: 1 })
    expect(end.stderr).toContain(`${idIn(stdout)} is interrupted; go on with `)
  })
})
