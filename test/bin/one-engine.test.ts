import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineNote } from '#adapters/local/engine-lock.ts'
import { GatedRuns, patience } from '../builders/gated-run.ts'
import { processesOf } from '../builders/processes-of.ts'
import { checkState } from '../invariants/check-state.ts'

let runs: GatedRuns
beforeEach(() => {
  runs = new GatedRuns()
})
afterEach(() => runs[Symbol.dispose]())

const note = (): EngineNote => JSON.parse(readFileSync(join(runs.state, 'engine.json'), 'utf8')) as EngineNote
const doubled = (): boolean => existsSync(join(runs.folder, 'doubles'))

describe('19: two processes on one state directory', { timeout: 60_000 }, () => {
  it('share the engine of the first, which stays for the second and says so', async () => {
    const first = await runs.following('run', runs.workflow('one'))
    const second = await runs.following('run', runs.workflow('two'))
    expect(statSync(join(runs.state, 'engine.json')).mode & 0o777).toBe(0o600)
    expect(note()).toMatchObject({ pid: first.child.pid, runs: [first.run, second.run] })

    runs.open('one')
    await first.says(`run ${second.run} of another process lives in this engine`)
    expect((await runs.show(second.run)).state).toBe('running')
    runs.open('two')

    expect((await second.end).code).toBe(0)
    expect((await first.end).code).toBe(0)
    expect(await checkState(runs.state)).toStrictEqual([])
  })

  it('cancel a run through the engine that works on it', async () => {
    const first = await runs.following('run', runs.workflow('one'))

    const cancel = await runs.forkcast('cancel', 'latest', '--reason', 'enough')

    expect(cancel.code).toBe(0)
    expect((await first.end).code).toBe(7)
    expect((await runs.show(first.run)).error).toContain('enough')
  })

  it('go on when the engine is killed: who is left takes the lock and resumes what is its own', async () => {
    const first = await runs.following('run', runs.workflow('one'))
    const second = await runs.following('run', runs.workflow('two'))

    first.child.kill('SIGKILL')
    await first.end
    await vi.waitFor(() => expect(note()).toMatchObject({ pid: second.child.pid, runs: [second.run] }), patience)
    runs.open('two')

    expect((await second.end).code).toBe(0)
    expect((await runs.show(second.run)).tasks?.find(({ id }) => id === 'held')?.attempts).toMatchObject([
      { cause: 'engine-lost' },
      { state: 'committed' },
    ])
    expect((await runs.show(first.run)).state).toBe('interrupted')
    expect(doubled()).toBe(false)
  })

  it('hand over at Ctrl-C, to whoever follows its run', async () => {
    const first = await runs.following('run', runs.workflow('one'), '--drain', '0')
    const second = await runs.following('run', runs.workflow('two'))
    runs.open('one')
    await first.says('this process stays for that')

    first.child.kill('SIGINT')
    first.child.kill('SIGINT')
    expect((await first.end).code).toBe(0)
    runs.open('two')

    expect((await second.end).code).toBe(0)
    expect(await checkState(runs.state)).toStrictEqual([])
  })

  it('a guest that is told to end leaves its run where it is', async () => {
    const first = await runs.following('run', runs.workflow('one'))
    const second = await runs.following('run', runs.workflow('two'))

    second.child.kill('SIGTERM')
    const { code, stderr } = await second.end
    expect(code).toBe(143)
    expect(stderr).toContain(`${second.run} goes on in the engine of another process`)
    runs.open('one')
    runs.open('two')

    expect((await first.end).code).toBe(0)
    expect((await runs.show(second.run)).state).toBe('succeeded')
  })
})

describe('16: a runner that is killed with its children alive', { timeout: 60_000 }, () => {
  it('and its reaper with it: the next engine ends what they left before it begins', async () => {
    const first = await runs.following('run', runs.workflow('one'))
    // The reaper is the child of the engine that leads a session and is no command of a clone.
    const children = readFileSync(`/proc/${first.child.pid}/task/${first.child.pid}/children`, 'utf8').trim().split(' ')
    const reaper = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('reaper.ts'))

    // A clone is told to run a moment before its command does.
    await vi.waitFor(() => expect(processesOf(first.run)).not.toStrictEqual([]), patience)
    process.kill(Number(reaper), 'SIGKILL')
    first.child.kill('SIGKILL')
    await first.end
    expect(processesOf(first.run)).not.toStrictEqual([])
    const second = await runs.following('resume', first.run)
    runs.open('one')

    expect((await second.end).code).toBe(0)
    expect(doubled()).toBe(false)
    expect(processesOf(first.run)).toStrictEqual([])
    expect(await checkState(runs.state)).toStrictEqual([])
  })
})

describe('20: signals', { timeout: 60_000 }, () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s once drains: what runs may end, nothing new starts, the exit code is %i', async (signal, code) => {
    const first = await runs.following('run', runs.workflow('one'), '--drain', '20')

    first.child.kill(signal)
    await first.says('draining')
    runs.open('one')
    const end = await first.end

    expect(end.code).toBe(code)
    expect(end.stderr).toContain(`forkcast resume ${first.run}`)
    const { state, counts } = await runs.show(first.run)
    expect({ state, committed: counts.committed }).toStrictEqual({ state: 'interrupted', committed: 2 })
    expect((await runs.forkcast('resume', 'latest')).code).toBe(0)
  })

  it('SIGTERM twice at once ends all now', async () => {
    const first = await runs.following('run', runs.workflow('one'), '--drain', '600')

    first.child.kill('SIGTERM')
    await first.says('draining')
    first.child.kill('SIGTERM')

    expect((await first.end).code).toBe(143)
    expect(processesOf(first.run)).toStrictEqual([])
  })
})
