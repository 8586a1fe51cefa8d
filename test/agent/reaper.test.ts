import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { endSession, sessionLives } from '#agent/process-session.ts'
import { readProcess } from '#agent/process-table.ts'
import { identify, writeIdentity, type SessionIdentity } from '#agent/session-identity.ts'
import { until } from './agent-rig.ts'

const fixture = join(import.meta.dirname, 'fixtures', 'engine.ts')
const reaperScript = join(import.meta.dirname, '../../src/agent/reaper.ts')
const deaf = `trap '' TERM; while :; do sleep 0.05; done`

interface Engine {
  readonly process: ChildProcess
  readonly exited: Promise<unknown>
  readonly reaper: number
  readonly leaders: readonly number[]
}

describe('a reaper', () => {
  const leaders: number[] = []
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'forkcast-reaper-'))
  })
  afterEach(async () => {
    await Promise.all(leaders.splice(0).map((leader) => endSession(leader, 0)))
    rmSync(folder, { recursive: true, force: true })
  })

  async function engine(mode: '--wait' | '--close' | '--end', ...scripts: string[]): Promise<Engine> {
    const child = spawn(process.execPath, [fixture, mode, ...scripts], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const started = JSON.parse(line.toString()) as Pick<Engine, 'reaper' | 'leaders'>
    leaders.push(...started.leaders)
    return { process: child, exited, ...started }
  }

  const isGone = (pid: number) => readProcess(pid)?.alive !== true

  it('ends every session of an engine that was killed, and then itself', async () => {
    const started = await engine('--wait', 'exec sleep 60', deaf, `timeout 60 sleep 60 & touch ${folder}/up; wait`)
    await until(() => existsSync(join(folder, 'up')))
    expect(started.leaders.map(sessionLives)).toStrictEqual([true, true, true])
    started.process.kill('SIGKILL')
    await until(() => isGone(started.reaper))
    expect(started.leaders.map(sessionLives)).toStrictEqual([false, false, false])
  })

  it('lets a session end well in its grace', async () => {
    const script = `trap 'echo tidy > ${folder}/tidy; exit' TERM; touch ${folder}/up; while :; do sleep 0.05; done`
    const started = await engine('--wait', script)
    await until(() => existsSync(join(folder, 'up')))
    started.process.kill('SIGKILL')
    await until(() => isGone(started.reaper))
    expect(readFileSync(join(folder, 'tidy'), 'utf8')).toBe('tidy\n')
  })

  it('leaves what was said to have ended alone', async () => {
    const started = await engine('--wait', '#ended\nexec sleep 60', 'exec sleep 60')
    started.process.kill('SIGKILL')
    await until(() => isGone(started.reaper))
    expect(started.leaders.map(sessionLives)).toStrictEqual([true, false])
  })

  it('is not kept by an engine that ends well, and does not keep one', async () => {
    const closed = await engine('--close')
    const ended = await engine('--end', 'exec sleep 60')
    await Promise.all([closed.exited, ended.exited])
    await until(() => isGone(closed.reaper) && isGone(ended.reaper))
    expect(ended.leaders.map(sessionLives)).toStrictEqual([false])
  })

  it('does not listen to signals that end all of its engine’s processes', async () => {
    const reaper = spawn(process.execPath, [reaperScript, '0'], { stdio: ['pipe', 'inherit', 'inherit'] })
    const victim = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    leaders.push(victim.pid!)
    reaper.stdin.write(`+${writeIdentity(identify(victim.pid!))}\n`)
    // The last one that it sets.
    await until(() => handles(reaper.pid!, 'SIGHUP'))
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) reaper.kill(signal)
    reaper.stdin.end()
    expect(await once(reaper, 'exit')).toStrictEqual([0, null])
    expect(sessionLives(victim.pid!)).toBe(false)
  })

  it.each([
    ['that started later', (one: SessionIdentity) => ({ ...one, startTicks: one.startTicks - 1 })],
    ['of another boot', (one: SessionIdentity) => ({ ...one, boot: '00000000-0000-0000-0000-000000000000' })],
  ])('never touches a process %s, with the id of one that is gone', async (_, changed) => {
    const other = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    leaders.push(other.pid!)
    const reaper = spawn(process.execPath, [reaperScript, '0'], { stdio: ['pipe', 'inherit', 'inherit'] })
    reaper.stdin.end(`+${writeIdentity(changed(identify(other.pid!)))}\n`)
    expect(await once(reaper, 'exit')).toStrictEqual([0, null])
    expect(sessionLives(other.pid!)).toBe(true)
  })
})

describe('the end of a session', () => {
  it('sends nothing to whoever has its id by now', async () => {
    const other = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    await endSession(other.pid!, 0.1, () => false)
    expect(sessionLives(other.pid!)).toBe(true)
    await endSession(other.pid!, 0)
    expect(sessionLives(other.pid!)).toBe(false)
  })
})

/** Whether a process has a handler for a signal, by its mask of caught signals. */
function handles(pid: number, signal: NodeJS.Signals): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return mask !== undefined && ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n
}
