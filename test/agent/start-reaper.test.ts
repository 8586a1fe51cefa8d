import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLogs } from '#agent/clone-logs.ts'
import { sessionLives } from '#agent/process-session.ts'
import { startReaper, type ReapedCommand, type Reaper } from '#agent/start-reaper.ts'
import { commandLine } from '#agent/started-command.ts'

const script = join(import.meta.dirname, '../../src/agent/reaper.ts')

describe('a command that the reaper starts', () => {
  let folder = ''
  let reaper: Reaper
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'forkcast-reaper-'))
    reaper = startReaper({ node: process.execPath, script, graceS: 0 })
  })
  afterEach(() => {
    reaper.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const logs = (of = 'logs') => openLogs((stream) => join(folder, of, 'deep', stream))
  const shell = (text: string) =>
    commandLine({ kind: 'shell', script: text }, folder, { PATH: '/usr/bin:/bin', FRUIT: 'quince' })

  /** Once the reaper is up. */
  async function start(...what: Parameters<Reaper['start']>): Promise<ReapedCommand> {
    for (;;) {
      const started = await reaper.start(...what)
      if (started !== undefined && 'leader' in started) return started
      if (started !== undefined) throw new Error(started.code)
      await pause(5)
    }
  }

  it('has its folder, its environment and no other, and appends to its logs', async () => {
    const own = logs()
    const first = await start(shell('echo "$FRUIT $PWD"; env | wc -l >&2; exit 3'), own)
    expect(await first.exited).toStrictEqual({ exitCode: 3, signal: null })
    const second = await start(shell('echo more'), own)
    expect(await second.exited).toStrictEqual({ exitCode: 0, signal: null })
    expect(readFileSync(join(folder, 'logs/deep/stdout'), 'utf8')).toBe(`quince ${folder}\nmore\n`)
    // PWD and what a shell sets beside it are its own.
    expect(Number(own.tail('stderr'))).toBeLessThan(7)
    own.close()
  })

  it('leads a session, and ends by a signal as any child', async () => {
    const { leader, exited, session } = await start(shell('exec sleep 60'), logs())
    expect(session.leader).toBe(leader)
    expect(sessionLives(leader)).toBe(true)
    process.kill(-leader, 'SIGTERM')
    expect(await exited).toStrictEqual({ exitCode: null, signal: 'SIGTERM' })
  })

  it('is told of when there is no such program', async () => {
    const line = commandLine({ kind: 'argv', argv: ['no-such-program'] }, folder, { PATH: '/usr/bin' })
    await expect(start(line, logs())).rejects.toThrow('ENOENT')
  })

  it('is not started when its logs can not be opened', async () => {
    writeFileSync(join(folder, 'taken'), '')
    await expect(start(shell('touch ran'), logs('taken'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  })

  it('is not started for logs that go through the engine', () => {
    expect(reaper.start(shell('true'), {})).toBeUndefined()
  })

  it('is ended, and has failed, when the reaper is killed', async () => {
    const { leader, exited } = await start(shell('exec sleep 60'), logs())
    process.kill(reaper.pid as number, 'SIGKILL')
    await expect(exited).rejects.toThrow('the reaper ended before the command')
    expect(sessionLives(leader)).toBe(false)
    expect(reaper.start(shell('true'), logs())).toBeUndefined()
  })

  it('ends with the pipe, unless it was released', async () => {
    const kept = await start(shell('exec sleep 60'), logs('kept'))
    const released = await start(shell('exec sleep 60'), logs('released'))
    released.release()
    reaper.close()
    await kept.exited
    expect([kept, released].map(({ leader }) => sessionLives(leader))).toStrictEqual([false, true])
    process.kill(-released.leader, 'SIGKILL')
    await released.exited
  })
})
