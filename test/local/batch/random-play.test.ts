import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { follows, isOver, type JobStatus } from '#local/batch/job/job-status.ts'
import { batchRig, type BatchRig } from './batch-rig.ts'

/** What happens to a Batch; numbers choose among the jobs that there are. */
type Step =
  | {
      readonly kind: 'submit'
      readonly size: number
      readonly attempts: number
      readonly after: number
      readonly vcpus: number
    }
  | { readonly kind: 'finish'; readonly which: number; readonly exitCode: number }
  | { readonly kind: 'cancel' | 'terminate' | 'reclaim'; readonly which: number }
  | { readonly kind: 'wait'; readonly seconds: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('submit' as const),
    size: fc.constantFrom(1, 1, 2, 3),
    attempts: fc.integer({ min: 1, max: 3 }),
    after: fc.nat(),
    vcpus: fc.constantFrom(1, 1, 2, 99),
  }),
  fc.record({ kind: fc.constant('finish' as const), which: fc.nat(), exitCode: fc.constantFrom(0, 0, 1) }),
  fc.record({ kind: fc.constantFrom('cancel' as const, 'terminate' as const, 'reclaim' as const), which: fc.nat() }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(1, 30, 100) }),
)

async function play(rig: BatchRig, submitted: string[], one: Step): Promise<void> {
  const chosen = (which: number) => submitted[which % submitted.length]
  switch (one.kind) {
    case 'submit': {
      const { size, attempts, after, vcpus } = one
      const jobId = after % 3 === 0 ? chosen(after) : undefined
      const id = await rig.submit({
        ...(size > 1 && { arrayProperties: { size } }),
        ...(jobId !== undefined && { dependsOn: [{ jobId }] }),
        retryStrategy: { attempts },
        timeout: { attemptDurationSeconds: 60 },
        containerOverrides: { resourceRequirements: [{ type: 'VCPU', value: String(vcpus) }] },
      })
      submitted.push(id)
      return
    }
    case 'finish': {
      const running = [...rig.running.keys()]
      const id = running[one.which % running.length]
      if (id !== undefined) await rig.finish(id, one.exitCode)
      return
    }
    case 'reclaim': {
      const running = [...rig.running.keys()]
      rig.service.reclaimHostOf(running[one.which % running.length] ?? '')
      return rig.clock.advance(0)
    }
    case 'wait':
      return rig.clock.advance(one.seconds * 1000)
    default: {
      const jobId = chosen(one.which)
      if (jobId !== undefined) rig.call(`${one.kind}job`, { jobId, reason: one.kind })
      return rig.clock.advance(0)
    }
  }
}

/** The states that events told of each job. */
function histories(rig: BatchRig): ReadonlyMap<string, readonly JobStatus[]> {
  const all = new Map<string, JobStatus[]>()
  for (const { detail } of rig.events) {
    const { jobId = '', status = 'FAILED' } = detail
    all.set(jobId, [...(all.get(jobId) ?? []), status])
  }
  return all
}

describe('whatever happens, in whatever order', () => {
  it('jobs go from state to state as they may, end once, and leave all room free', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const rig = batchRig({ machine: { vcpus: 4, memoryMiB: 8192, gpus: 0 } })
        const submitted: string[] = []
        for (const one of steps) await play(rig, submitted, one)
        // Ends what is left, and lets all hosts go.
        for (const jobId of submitted) rig.call('terminatejob', { jobId, reason: 'over' })
        await rig.clock.advance(3_600_000)

        for (const [id, states] of histories(rig)) {
          expect(states.filter(isOver), id).toHaveLength(1)
          for (const [index, state] of states.slice(1).entries()) {
            expect(follows[states[index] ?? 'FAILED'], `${id}: ${states.join(' ')}`).toContain(state)
          }
          expect(rig.statusOf(id)).toBe(states.at(-1))
          const made = states.filter((state) => state === 'STARTING').length
          expect(rig.job(id).attempts, id).toHaveLength(made)
        }
        expect(rig.running.size).toBe(0)
        expect(rig.desiredvCpus('ce')).toBe(0)
        expect(rig.errors).toStrictEqual([])

        // As at first: four jobs of 1 vCPU have room, a fifth has none.
        const last = []
        for (let n = 0; n < 5; n++) last.push(await rig.submit())
        await rig.clock.advance(30_000)
        expect(last.map(rig.statusOf)).toStrictEqual([...Array<string>(4).fill('RUNNING'), 'RUNNABLE'])
      }),
      { numRuns: 150 },
    )
  })
})
