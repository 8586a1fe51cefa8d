import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sessionLives } from '#agent/process-session.ts'
import { AgentRig, claimOf } from './agent-rig.ts'

const stop = { kind: 'stop', graceS: 10 } as const

describe('a clone', () => {
  it('claims what its command left, under its own prefix', async () => {
    await using rig = new AgentRig()
    const ended = await rig.run({
      script: 'printf hello > "$OUTPUT_GREETING"; echo out; echo err >&2',
      outputs: { greeting: { path: 'deep/greeting.txt', type: 'file', optional: false } },
    })
    const { greeting } = claimOf(ended)
    expect(greeting).toStrictEqual({
      type: 'file',
      object: 'runs/run_00000000/clean[3]/1/0/1/out/deep/greeting.txt',
      bytes: 5,
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    })
    expect(
      Buffer.from((await rig.objects.read('runs/run_00000000/clean[3]/1/0/1/out/deep/greeting.txt'))!).toString(),
    ).toBe('hello')
    expect(ended.stdout).toBe('out\n')
    expect(ended.stderr).toBe('err\n')
    expect(ended.exit).toMatchObject({ outcome: 'claimed', exitCode: 0, reason: 'claimed; the report was accepted' })
    expect(ended.report).toMatchObject({ job: 'job', fence: 1, usage: { bytesIn: 0, bytesOut: 5 } })
  })

  it('has logs that can be read while it runs', async () => {
    await using rig = new AgentRig()
    let live = ''
    const ended = await rig.runUntilReady({ script: 'echo live; touch "$READY"; exec sleep 60' }, stop, (log) => {
      live = readFileSync(log, 'utf8')
    })
    expect(live).toBe('live\n')
    expect(ended.stdout).toBe('live\n')
  })

  it('tells of its process group, right after its start and after its end', async () => {
    await using rig = new AgentRig()
    const told: [string, boolean][] = []
    const onProcessGroup = (leader: number, what: string) => told.push([what, sessionLives(leader)])
    await rig.run({ script: 'sleep 60 & sleep 60 & exit 1' }, { deps: { onProcessGroup } })
    expect(told).toStrictEqual([
      ['started', true],
      ['ended', false],
    ])
  })

  it('reports the seconds of each phase by the clock, and all since the job took its place', async () => {
    await using rig = new AgentRig()
    let nowMs = 1_000_000
    const clock = { nowMs: () => (nowMs += 250), at: () => () => undefined }
    const { report, exit } = await rig.run({}, { deps: { clock }, job: { acceptedAtMs: 999_000 } })
    expect(report?.times).toStrictEqual({ stagingInS: 0.25, runningS: 0.25, stagingOutS: 0.25 })
    expect(report?.billedS).toBe(3.5)
    expect(exit.billedS).toBe(3.75)
  })

  it('leaves the seconds of a phase that it did not reach open, and never counts below zero', async () => {
    await using rig = new AgentRig()
    let nowMs = 1_000_000
    const backwards = { nowMs: () => (nowMs -= 250), at: () => () => undefined }
    const { report } = await rig.run({ script: 'exit 1' }, { deps: { clock: backwards } })
    expect(report?.times).toStrictEqual({ stagingInS: 0, runningS: 0, stagingOutS: null })
    expect(report?.billedS).toBe(0)
  })

  it('that is refused a lease ends at once with exit code 0, having run and reported nothing', async () => {
    await using rig = new AgentRig()
    rig.lease = () => ({ granted: false, why: 'another clone holds the slot' })
    const ended = await rig.run({ script: 'touch "$READY"' })
    expect(ended.exit).toMatchObject({
      outcome: 'refused',
      exitCode: 0,
      reason: 'lease refused: another clone holds the slot',
    })
    expect(rig.reports).toStrictEqual([])
    expect(existsSync(rig.ready)).toBe(false)
    expect(existsSync(join(rig.root, 'work'))).toBe(false)
  })

  it('that is told to end before it has a lease asks for none', async () => {
    await using rig = new AgentRig()
    rig.lease = () => {
      throw new Error('asked')
    }
    const ended = await rig.run({}, { job: { signal: AbortSignal.abort({ kind: 'stop', graceS: 1 }) } })
    expect(ended.exit).toMatchObject({ outcome: 'stopped', exitCode: null })
  })

  it('starts afresh where an earlier process left something under its name', async () => {
    await using rig = new AgentRig()
    const left = join(rig.root, 'work', 'run_00000000.clean.3.1.0.1', 'code')
    mkdirSync(left, { recursive: true })
    writeFileSync(join(left, 'old'), 'x')
    expect((await rig.run({ script: 'ls -A' })).stdout).toBe('')
  })

  it('says when its report came too late', async () => {
    await using rig = new AgentRig()
    rig.answer = () => 'fenced'
    const { exit } = await rig.run({})
    expect(exit).toMatchObject({ outcome: 'claimed', reason: 'claimed; the report was fenced' })
  })
})
