import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readProcess } from '#agent/process-table.ts'
import { AgentRig } from './agent-rig.ts'

const every =
  (renewEveryS: number): AgentRig['lease'] =>
  (assignment) => ({ granted: true, fence: 1, renewEveryS, assignment })
const outputs = { a: { path: 'a', type: 'file', optional: false } } as const

describe('a clone that loses its lease', () => {
  it.each([
    ['TERM', `trap 'echo tidy; exit 0' TERM; touch "$READY"; while :; do sleep 0.05; done`],
    ['KILL', `trap '' TERM; touch "$READY"; while :; do sleep 0.05; done`],
  ])('ends at once by %s, claims nothing and says that it was stopped', async (_, script) => {
    await using rig = new AgentRig()
    // Long enough for a slow machine: it is lost by the answer, not by its end.
    rig.lease = every(0.2)
    rig.renew = async () => !existsSync(rig.ready)
    const task = { script: `echo x > "$OUTPUT_A"; echo $$ > "$READY.pid"; ${script}`, outputs }
    const { exit, report } = await rig.run(task)
    // However it ended, it has no say in how the slot ends.
    expect(exit).toMatchObject({ outcome: 'lost', exitCode: 0 })
    expect(exit.reason).toContain('lease lost: its renewal was refused')
    expect(report?.ended).toStrictEqual({ kind: 'stopped' })
    expect(await rig.objects.size('runs/run_00000000/clean[3]/1/0/1/out/a')).toBeUndefined()
    expect(readProcess(Number(readFileSync(`${rig.ready}.pid`, 'utf8')))?.alive ?? false).toBe(false)
  })

  it('ends even when nobody hears it', async () => {
    await using rig = new AgentRig()
    rig.lease = every(0.02)
    rig.renew = () => Promise.reject(new Error('no network'))
    rig.answer = () => {
      throw new Error('no network')
    }
    const { exit } = await rig.run({ script: 'exec sleep 60' })
    expect(exit).toMatchObject({ outcome: 'lost', reason: 'lease lost: not renewed for 0.06 s' })
  })

  it('asks under an id of its own, another one each time', async () => {
    await using rig = new AgentRig()
    await rig.run({})
    await rig.run({})
    expect(rig.holders).toHaveLength(2)
    expect(new Set(rig.holders).size).toBe(2)
  })
})
