import type { BatchArray } from '#contract/batch-job.ts'
import { membersText } from '#core/dispatch/array-members.ts'
import { arrayPartOf } from '#core/dispatch/job-names.ts'
import type { JobRequest } from '#ports/pools.ts'

/** Jobs that one call submits. Those of an array differ in nothing but whose they are. */
export interface Together {
  /** Of the one job, or of the array. */
  readonly name: string
  /** The first of them. */
  readonly like: JobRequest
  readonly jobs: readonly string[]
  /** `null`: one job by itself. */
  readonly array: (BatchArray & { readonly size: number }) | null
}

/** The least that is an array for Batch. */
const leastSize = 2

/**
 * Puts together the jobs whose names are of one array, each name once. Who was named and is not among them (a slot that was decided
 * before it could be written) leaves its index to nobody: what is started for that ends at once.
 */
export function together(requests: readonly JobRequest[]): readonly Together[] {
  const named = Map.groupBy(requests, ({ job }) => arrayPartOf(job)?.array ?? job)
  return [...named].map(([name, [like, ...others]]) => {
    if (like === undefined) throw new Error(`${name} is of nobody`)
    const byIndex = new Map(
      [like, ...others].flatMap((one) => {
        const part = arrayPartOf(one.job)
        return part === undefined ? [] : [[part.index, one] as const]
      }),
    )
    if (byIndex.size === 0) return { name, like, jobs: [like.job], array: null }
    const size = Math.max(leastSize, ...[...byIndex.keys()].map((index) => index + 1))
    const members = membersText(Array.from({ length: size }, (_, index) => byIndex.get(index)?.slot ?? null))
    const jobs = [...byIndex.values()].map(({ job }) => job)
    return { name, like, jobs, array: { array: name, run: like.slot.run, members, size } }
  })
}
