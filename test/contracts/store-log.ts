import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Sample } from '#core/prediction/prediction.ts'
import type { RunId } from '#core/run/ids.ts'
import { change, kinds, type Kind, type Stored } from '#core/run/record.ts'
import { replay } from '#core/run/replay.ts'
import type { ListedEvent, Page, Store } from '#ports/store.ts'
import { changeOf, rowOf, stories, submitted } from './run-story.ts'
import type { StoreUnderTest } from './store.ts'

const run = 'run_00000001' as RunId
const other = 'run_00000002' as RunId
const atMs = 1_800_000_000_000

/** All pages of a list. @throws when a page leads to itself. */
export async function everyItem<T>(page: (after?: string) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = []
  let after: string | undefined
  do {
    const { items: more, next } = await page(after)
    items.push(...more)
    if (next !== undefined && next === after) throw new Error(`the page after ${next} leads to itself`)
    after = next
  } while (after !== undefined)
  return items
}

/** All events of a run, read by pages of `limit`. */
export function everyEvent(store: Store, of: RunId, limit: number): Promise<readonly ListedEvent[]> {
  return everyItem((after) => store.log.list(of, after === undefined ? { limit } : { after, limit }))
}

/** All rows of a run as a log's replay names them. */
export async function everyRow(store: Store, of: RunId): Promise<ReadonlyMap<string, Stored<Kind>>> {
  const rows = new Map<string, Stored<Kind>>()
  for (const kind of kinds) {
    const stored = await everyItem<Stored<Kind>>((after) =>
      store.rows.list(of, kind, after === undefined ? { limit: 2 } : { after, limit: 2 }),
    )
    for (const row of stored) rows.set(`${row.kind} ${row.id}`, row)
  }
  return rows
}

/** What every adapter keeps of the log and of history. */
export function storeLogContract(open: () => Promise<StoreUnderTest>, drawn: number): void {
  describe('log and history', () => {
    let under: StoreUnderTest
    let store: Store
    beforeEach(async () => {
      under = await open()
      store = under.store
    })
    afterEach(() => under.close())

    const submit = async (of: RunId): Promise<void> => {
      await store.rows.commit(of, [change('run', 'run', undefined, submitted(of))])
    }
    const advance = async (of: RunId): Promise<void> => {
      const stored = await store.rows.get(of, 'run', 'run')
      const started = { type: 'run.started', atMs, planId: 'p' } as const
      await store.rows.commit(of, [change('run', 'run', stored, { type: 'run.planning', atMs }, started)])
    }

    it('lists the events of a run alone, in the order of writing, with row and version', async () => {
      await submit(run)
      await submit(other)
      await advance(run)

      const events = await everyEvent(store, run, 100)
      expect(events.map(({ event, ...of }) => ({ ...of, type: event.type, cursor: '' }))).toStrictEqual([
        { run, cursor: '', kind: 'run', id: 'run', version: 1, type: 'run.submitted' },
        { run, cursor: '', kind: 'run', id: 'run', version: 2, type: 'run.planning' },
        { run, cursor: '', kind: 'run', id: 'run', version: 3, type: 'run.started' },
      ])
      expect(events[0]?.event).toStrictEqual(submitted(run))
      expect(await everyEvent(store, 'run_00000003' as RunId, 100)).toStrictEqual([])
    })

    it('events go on after any cursor, also after the last one was the last', async () => {
      await submit(run)
      const [first] = await everyEvent(store, run, 100)
      const after = first?.cursor ?? ''
      expect(await store.log.list(run, { after, limit: 10 })).toStrictEqual({ items: [] })

      await advance(run)
      const { items } = await store.log.list(run, { after, limit: 10 })
      expect(items.map(({ event }) => event.type)).toStrictEqual(['run.planning', 'run.started'])
    })

    it('lists commits to different rows in the order in which they were made', async () => {
      const ids = Array.from({ length: 30 }, (_, n) => `g${(n * 7) % 30}`)
      const left = { failure: false, nothing: false }
      for (const id of ids) {
        const marked = { type: 'group.marked', atMs, run, id, size: 2, member: 'm', left } as const
        await store.rows.commit(run, [change('group', id, undefined, marked)])
      }
      for (const limit of [1, 7, 100]) {
        expect((await everyEvent(store, run, limit)).map(({ id }) => id)).toStrictEqual(ids)
      }
    })

    it.each(['x', '1 2 3', ''])('takes no cursor that it never gave: "%s"', async (after) => {
      await submit(run)
      await expect(store.log.list(run, { after, limit: 1 })).rejects.toThrow(RangeError)
    })

    it('pages hold what they may, and the last one has no next', async () => {
      await submit(run)
      await advance(run)
      const whole = await store.log.list(run, { limit: 3 })
      expect(whole.items).toHaveLength(3)
      expect(whole).not.toHaveProperty('next')

      const part = await store.log.list(run, { limit: 2 })
      expect(part.items).toHaveLength(2)
      expect(part.next).toBe(part.items[1]?.cursor)
    })

    it('the log replayed from empty gives the stored rows, whatever valid story was written', async () => {
      let number = 0
      await fc.assert(
        fc.asyncProperty(stories, fc.integer({ min: 1, max: 7 }), async (story, limit) => {
          number += 1
          const of = `run_${String(number).padStart(8, '0')}` as RunId
          for (const commit of story) {
            const read = await Promise.all(
              commit.map(async (step) => {
                const { kind, id } = rowOf(step)
                return changeOf(step, of, await store.rows.get(of, kind, id)) ?? []
              }),
            )
            const result = await store.rows.commit(of, read.flat())
            expect(result.ok).toBe(true)
          }

          const rows = await everyRow(store, of)
          expect(rows.size).toBeGreaterThan(0)
          expect(replay(await everyEvent(store, of, limit))).toStrictEqual(rows)
        }),
        { numRuns: drawn },
      )
    })

    const sample = (slot: string, details: Partial<Sample> = {}): Sample => ({
      family: 'anomalies/clean',
      run,
      slot,
      atMs,
      pool: 'cpu-hot',
      variant: 'forest',
      memoryMiB: 512,
      timeoutS: 60,
      outcome: 'failed',
      cause: 'out-of-memory',
      remedy: 'more-memory',
      runningS: 1.25,
      cpuS: null,
      peakMemoryMiB: 80,
      bytesIn: 10,
      bytesOut: 20,
      ...details,
    })

    it('gives the latest samples of a family, newest first', async () => {
      const samples = [3, 1, 4, 2].map((n) => sample(`clean[${n}]/1/0`, { atMs: atMs + n }))
      for (const each of samples) await store.history.record(each)
      await store.history.record(sample('clean/1/0', { family: 'other/clean', atMs: atMs + 9 }))

      const recent = await store.history.recent('anomalies/clean', 3)
      expect(recent.map(({ slot }) => slot)).toStrictEqual(['clean[4]/1/0', 'clean[3]/1/0', 'clean[2]/1/0'])
      expect(recent[0]).toStrictEqual(samples[2])
      expect(await store.history.recent('anomalies/nothing', 3)).toStrictEqual([])
    })

    it('keeps one sample of a slot, the first', async () => {
      await Promise.all([store.history.record(sample('a/1/0')), store.history.record(sample('a/1/0', { runningS: 9 }))])
      await store.history.record(sample('a/1/0', { family: 'elsewhere' }))
      await store.history.record(sample('a/1/0', { run: other, atMs: atMs - 1 }))

      const recent = await store.history.recent('anomalies/clean', 10)
      expect(recent).toStrictEqual([sample('a/1/0'), sample('a/1/0', { run: other, atMs: atMs - 1 })])
      expect(await store.history.recent('elsewhere', 10)).toStrictEqual([])
    })
  })
}
