import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processIds, readProcess, sessionMembers } from '#agent/process-table.ts'
import { until } from './agent-rig.ts'

describe('the table of processes', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'forkcast-table-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('reads a process whatever its name looks like', async () => {
    const program = join(folder, 'a) Z 1 (b')
    copyFileSync('/bin/sleep', program)
    const child = spawn(program, ['60'], { detached: true, stdio: 'ignore' })
    const pid = child.pid!
    expect(readProcess(pid)).toMatchObject({ pid, alive: true, group: pid, session: pid })
    expect(readProcess(pid)!.startTicks).toBeGreaterThan(0)
    await until(() => readProcess(pid)!.residentPages > 0)
    expect(sessionMembers(pid)?.map((member) => member.pid)).toStrictEqual([pid])
    child.kill('SIGKILL')
    await until(() => readProcess(pid) === undefined)
    expect(sessionMembers(pid)).toStrictEqual([])
  })

  it('lists this process, and no process that is not there', () => {
    expect(processIds()).toContain(process.pid)
    expect(readProcess(2 ** 30)).toBeUndefined()
  })
})
