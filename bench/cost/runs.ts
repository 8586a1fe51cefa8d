import { writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, inject, it } from 'vitest'
import { remoteControlPlane } from '#client/remote-control-plane.ts'
import { type Deployment, openDeployment } from '../../test/account/deployment.ts'
import { cpuOfInvocations } from './cpu-of-invocations.ts'
import { longestTexts } from './item-sizes.ts'
import { type CostShape, costShapes } from './shapes.ts'
import { type TracedRun, tracedRun } from './traced-run.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where what was counted goes. */
    costFile: string
    /** The shapes that are run. */
    costNames: readonly string[]
  }
}

/** All that was counted. */
export interface CostCounts {
  readonly runs: readonly TracedRun[]
  /** Bytes of the longest texts by width of the run. */
  readonly sizes: readonly (readonly [width: number, longest: Readonly<Record<string, number>>])[]
}

async function sizesByWidth(): Promise<CostCounts['sizes']> {
  const sizes: CostCounts['sizes'][number][] = []
  for (const width of [10, 100, 1_000]) sizes.push([width, await longestTexts(width)])
  return sizes
}

/** For events of jobs that have ended, and for functions that are still at work. */
const aftermathMs = 4_000

async function run(deployment: Deployment, { workflow, tasks }: CostShape): Promise<void> {
  const control = remoteControlPlane({ url: deployment.url })
  const submitted = await control.submit({ workflow, params: {}, policy: { cloning: true, hedging: true } })
  if (!submitted.ok) throw new Error(submitted.error.message)
  const read = async () => {
    const found = await control.run(submitted.value.runId, { tasks: false })
    if (!found.ok) throw new Error(found.error.message)
    return found.value
  }
  let seen = await read()
  while (seen.finishedAt === null) {
    await wait(500)
    seen = await read()
  }
  expect(seen.state).toBe('succeeded')
  expect(seen.counts.committed).toBeGreaterThanOrEqual(tasks)
  await wait(aftermathMs)
  await control.close({ drainS: 0 })
}

it('counts what tasks ask of services', { timeout: 600_000 }, async () => {
  const runs: TracedRun[] = []
  for (const shape of costShapes) {
    if (!inject('costNames').includes(shape.name)) continue
    const deployment = await openDeployment({ vcpus: 60 })
    try {
      const cpuMsOf = cpuOfInvocations(deployment.trace)
      await run(deployment, shape)
      await deployment.ringTimers()
      expect(deployment.errors).toStrictEqual([])
      runs.push(tracedRun(shape, deployment, cpuMsOf))
    } finally {
      await deployment.close()
    }
  }
  await writeFile(inject('costFile'), JSON.stringify({ runs, sizes: await sizesByWidth() } satisfies CostCounts))
})
