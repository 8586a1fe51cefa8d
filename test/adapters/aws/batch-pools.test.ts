import { describe, expect, it } from 'vitest'
import { childJob } from '#core/dispatch/job-names.ts'
import type { CallKnobs } from '#local/batch/api/call-fate.ts'
import type { EventKnobs } from '#local/batch/events/event-delivery.ts'
import type { JobRequest } from '#ports/pools.ts'
import { poolsContract, type PoolsUnderTest } from '../../contracts/pools.ts'
import { batchClient } from '../../local/batch/batch-client.ts'
import { nearJob, openPoolsRig, type PoolsRig } from './batch-pools-rig.ts'

describe.each<[string, (name: string) => JobRequest]>([
  ['by themselves', nearJob],
  ['children of arrays', childNamed],
])('on an endpoint that answers, where jobs are %s', (_, request) => {
  poolsContract(async () => {
    let problems: readonly string[] = []
    const rig = await openPoolsRig({
      client: (url) => {
        const aws = batchClient(url)
        problems = aws.problems
        return aws.client
      },
    })
    const under = underTest(rig, request)
    return {
      ...under,
      close: async () => {
        await under.close()
        if (problems.length > 0) throw new Error(problems.join('\n'))
      },
    }
  })
})

describe.each<[string, Partial<CallKnobs>, Partial<EventKnobs>]>([
  ['calls are done and not answered', { unanswered: 0.3 }, {}],
  [
    'calls fail in all ways, and events come doubled and in any order',
    { throttled: 0.1, failed: 0.1, unanswered: 0.1 },
    { duplicate: 0.5, reorderS: 3 },
  ],
])('where %s', (name, calls, events) => {
  let opened = 0
  poolsContract(async () => {
    opened += 1
    return underTest(await openPoolsRig({ seed: `${name} ${opened}`, calls, events }))
  })
})

describe('where jobs are children of arrays, calls fail in all ways, and events come doubled and in any order', () => {
  let opened = 0
  poolsContract(async () => {
    opened += 1
    const calls = { throttled: 0.1, failed: 0.1, unanswered: 0.1 }
    const events = { duplicate: 0.5, reorderS: 3 }
    return underTest(await openPoolsRig({ seed: `arrays ${opened}`, calls, events }), childNamed)
  })
})

describe('where no event comes', () => {
  it('what became of jobs is told to whoever asks', async () => {
    const rig = await openPoolsRig({ events: { drop: 1 } })
    const requests = ['a', 'b'].map(nearJob)
    await rig.pools.submit(requests)
    await rig.settle()
    for (const request of requests) await rig.batch.finish(rig.ids(request)[0] ?? '', 4)
    await rig.settle()
    expect(rig.told).toStrictEqual([])
    const states = await rig.pools.jobs(requests.map(({ job }) => job))
    expect(states).toMatchObject(requests.map(({ job }) => ({ job, state: 'ended', ended: { job, exitCode: 4 } })))
    await rig.close()
  })
})

/** The second of an array whose first is nobody. */
function childNamed(name: string): JobRequest {
  const alone = nearJob(name)
  return { ...alone, job: childJob({ array: alone.job, index: 1 }) }
}

/** What the suite needs, on a rig. */
function underTest(rig: PoolsRig, request: (name: string) => JobRequest = nearJob): PoolsUnderTest {
  const { batch } = rig
  const started = (name: string) => rig.ids(request(name)).filter((id) => batch.job(id).startedAt !== undefined)
  const ends: Promise<void>[] = []
  return {
    pools: rig.pools,
    request,
    settle: async () => {
      await Promise.all(ends)
      await rig.settle()
    },
    begun: (name) => started(name).length,
    finish: (name, exitCode) => void ends.push(batch.finish(started(name)[0] ?? '', exitCode)),
    told: () => [...rig.told],
    close: () => rig.close(),
  }
}
