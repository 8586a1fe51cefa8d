import { describe, expect, it } from 'vitest'
import { LateHeld } from '#account/late-held.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Store } from '#ports/store.ts'
import { jobOf } from '../builders/emulation.ts'

const [A, B] = [jobOf('A', 'hot'), jobOf('B', 'hot')]

/** Rows of slots by task: who has the job of `started`, and whether it is billed. */
function open(rows: Readonly<Record<string, { readonly job: string; readonly isBilled?: boolean }>>) {
  let nowMs = 0
  const read: string[] = []
  const get = async (_run: string, _kind: string, id: string) => {
    read.push(id)
    const row = rows[id.split('/')[0] ?? '']
    return row && { value: { job: row.job, bill: row.isBilled === true ? {} : null } }
  }
  const store = { rows: { get } } as unknown as Pick<Store, 'rows'>
  return { late: new LateHeld({ store, nowMs: () => nowMs }), read, at: (ms: number) => void (nowMs = ms) }
}

const listed = ({ job, pool, resources }: typeof A) => ({ job, pool, resources }) as SlotRecord
const jobs = (held: readonly { readonly job: string }[]) => held.map(({ job }) => job)

describe('what jobs hold that were just started', () => {
  it('is added to what is listed, once', async () => {
    const under = open({ A: A, B: B })
    under.late.started([A, B])
    expect(jobs(await under.late.and([listed(A)]))).toStrictEqual([A.job, B.job])
    expect(under.read).toHaveLength(1)
  })

  it('is not added where the row says that the job has ended, or is another one', async () => {
    const under = open({ A: { job: A.job, isBilled: true }, B: { job: 'another' } })
    under.late.started([A, B])
    expect(await under.late.and([])).toStrictEqual([])
    expect(await under.late.and([])).toStrictEqual([])
    expect(under.read).toHaveLength(2)
  })

  it('is left to the list after a while', async () => {
    const under = open({ A: A })
    under.late.started([A])
    under.at(14_999)
    expect(jobs(await under.late.and([]))).toStrictEqual([A.job])
    under.at(15_000)
    expect(await under.late.and([])).toStrictEqual([])
    expect(under.read).toHaveLength(1)
  })
})
