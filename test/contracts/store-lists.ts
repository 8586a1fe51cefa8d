import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { slotKey, type RunId } from '#core/run/ids.ts'
import { change, type Events } from '#core/run/record.ts'
import type { Rows } from '#ports/store.ts'
import { billed, created, submitted } from './run-story.ts'
import { everyItem } from './store-log.ts'
import type { StoreUnderTest } from './store.ts'

const run = 'run_00000001' as RunId
const other = 'run_00000002' as RunId
const atMs = 1_800_000_000_000

type SlotDetails = Parameters<typeof created>[1]

/** What every adapter keeps of lists: rows by id, slots that wait, slots that hold a job, runs. */
export function storeListsContract(open: () => Promise<StoreUnderTest>): void {
  describe('lists', () => {
    let under: StoreUnderTest
    let rows: Rows
    beforeEach(async () => {
      under = await open()
      rows = under.store.rows
      for (const id of [run, other]) await rows.commit(id, [change('run', 'run', undefined, submitted(id))])
    })
    afterEach(() => under.close())

    const append = async (
      of: RunId,
      kind: 'run' | 'slot',
      id: string,
      ...events: readonly Events['run' | 'slot'][]
    ) => {
      for (const event of events) {
        const stored = await rows.get(of, kind, id)
        expect(await rows.commit(of, [change<'run' | 'slot'>(kind, id, stored, event)])).toMatchObject({ ok: true })
      }
    }
    const addSlot = async (
      task: string,
      details: SlotDetails = {},
      ...then: readonly Events['slot'][]
    ): Promise<string> => {
      const slot = { run, task, attempt: 1, clone: 0, ...details }
      await append(slot.run, 'slot', slotKey(slot), created(slot, details), ...then)
      return slotKey(slot)
    }
    const finish = (of: RunId): Promise<void> =>
      append(
        of,
        'run',
        'run',
        { type: 'run.planning', atMs },
        { type: 'run.started', atMs, planId: 'b'.repeat(64) },
        { type: 'run.finished', atMs, state: 'succeeded', error: null, totals: { costUsd: 0, wastedCostUsd: 0 } },
      )

    const launched = { type: 'slot.launched', atMs, token: 't' } as const
    const starting = { type: 'slot.starting', atMs, pool: 'cpu-hot', job: 'j', reservedNanoUsd: 0 } as const
    const decided = { type: 'slot.decided', atMs, state: 'cancelled' } as const

    describe('rows of a kind', () => {
      const ids = ['a', 'a-b', 'a/1', 'a[0]', 'a[10]', 'a[1]', 'a[9]', 'a_b', 'ab', 'B']
      /** Code units: `-` < `/` < digits < capitals < `[` < `]` < `_` < small letters. */
      const sorted = ['B', 'a', 'a-b', 'a/1', 'a[0]', 'a[10]', 'a[1]', 'a[9]', 'a_b', 'ab']

      beforeEach(async () => {
        const changes = ids.map((id) =>
          change('group', id, undefined, {
            type: 'group.marked',
            atMs,
            run,
            id,
            size: 2,
            member: 'm',
            left: { failure: false, nothing: false },
          }),
        )
        expect((await rows.commit(run, changes)).ok).toBe(true)
      })
      const listed = async (options: Parameters<Rows['list']>[2]) => {
        const page = await rows.list(run, 'group', options)
        return page.items.map(({ id }) => id)
      }

      it('come in the order of code units, whole rows, of that run and kind alone', async () => {
        const { items, ...rest } = await rows.list(run, 'group', { limit: 100 })
        expect(rest).toStrictEqual({})
        expect(items.map(({ id }) => id)).toStrictEqual(sorted)
        expect(items[1]).toStrictEqual(await rows.get(run, 'group', 'a'))
        expect(await rows.list(other, 'group', { limit: 100 })).toStrictEqual({ items: [] })
        expect(await rows.list(run, 'task', { limit: 100 })).toStrictEqual({ items: [] })
      })

      it.each([
        { prefix: '', expected: sorted },
        { prefix: 'a', expected: sorted.slice(1) },
        { prefix: 'a[', expected: ['a[0]', 'a[10]', 'a[1]', 'a[9]'] },
        { prefix: 'a[1', expected: ['a[10]', 'a[1]'] },
        { prefix: 'a[10]', expected: ['a[10]'] },
        { prefix: 'b', expected: [] },
        { prefix: '%', expected: [] },
      ])('may be those of a prefix: "$prefix"', async ({ prefix, expected }) => {
        expect(await listed({ prefix, limit: 100 })).toStrictEqual(expected)
      })

      it.each([
        { after: 'a[0]', expected: ['a[10]', 'a[1]', 'a[9]'] },
        { after: 'a[9]', expected: [] },
        { after: 'a[3]', expected: ['a[9]'] },
        { after: 'B', expected: ['a[0]', 'a[10]', 'a[1]', 'a[9]'] },
        { after: 'z', expected: [] },
      ])('may go on after any text, within the prefix: "$after"', async ({ after, expected }) => {
        expect(await listed({ prefix: 'a[', after, limit: 100 })).toStrictEqual(expected)
      })

      it.each([1, 3, 4, 10])('come by pages of %i, each once', async (limit) => {
        const page = (after?: string) => rows.list(run, 'group', after === undefined ? { limit } : { after, limit })
        expect((await everyItem(page)).map(({ id }) => id)).toStrictEqual(sorted)
      })

      it('added behind the cursor come with a later page, before it not at all, and none comes twice', async () => {
        const first = await rows.list(run, 'group', { limit: 5 })
        expect(first.items.map(({ id }) => id)).toStrictEqual(sorted.slice(0, 5))
        for (const id of ['a!', 'a[2]']) {
          const marked = {
            type: 'group.marked',
            atMs,
            run,
            id,
            size: 2,
            member: 'm',
            left: { failure: false, nothing: false },
          } as const
          await rows.commit(run, [change('group', id, undefined, marked)])
        }
        expect(await listed({ after: first.next ?? '', limit: 100 })).toStrictEqual([
          'a[10]',
          'a[1]',
          'a[2]',
          'a[9]',
          'a_b',
          'ab',
        ])
      })
    })

    describe('slots that wait', () => {
      const waiting = async (limit = 100) => (await rows.waiting(limit)).map(({ id }) => id)

      it('come by rank, then by age, then by id and run, of all runs', async () => {
        await addSlot('A-late', { rank: 5, atMs: atMs + 2 }, launched)
        await addSlot('low', { rank: -1.5 }, launched)
        await addSlot('b', { rank: 5, atMs: atMs + 1 }, launched)
        await addSlot('high', { rank: 75.5, atMs: atMs + 9 }, launched)
        await addSlot('a', { rank: 5, atMs: atMs + 1, run: other }, launched)
        await addSlot('a', { rank: 5, atMs: atMs + 1 }, launched)

        const order = ['high/1/0', 'a/1/0', 'a/1/0', 'b/1/0', 'A-late/1/0', 'low/1/0']
        expect(await waiting()).toStrictEqual(order)
        expect(await waiting(3)).toStrictEqual(order.slice(0, 3))
        expect(await waiting(0)).toStrictEqual([])
        const [, first, second] = await rows.waiting(100)
        expect([first?.value.run, second?.value.run]).toStrictEqual([run, other])
        expect(first).toStrictEqual(await rows.get(run, 'slot', 'a/1/0'))
      })

      it('are those with a token only: standby, not launched, launched again, started, decided', async () => {
        const standby = await addSlot('standby', { kind: 'standby' })
        await addSlot('unlaunched')
        expect(await waiting()).toStrictEqual([])

        await append(run, 'slot', standby, { type: 'slot.activated', atMs, why: 'late' })
        expect(await waiting()).toStrictEqual([])
        await append(run, 'slot', standby, launched)
        expect(await waiting()).toStrictEqual([standby])
        await append(
          run,
          'slot',
          standby,
          { ...launched, token: 'u' },
          { type: 'slot.held', atMs, waitingFor: 'capacity' },
        )
        expect((await rows.waiting(1))[0]?.value).toMatchObject({ token: 'u', waitingFor: 'capacity' })
        await append(run, 'slot', standby, starting)
        expect(await waiting()).toStrictEqual([])

        const lost = await addSlot('lost', {}, launched)
        expect(await waiting()).toStrictEqual([lost])
        await append(run, 'slot', lost, decided)
        expect(await waiting()).toStrictEqual([])
      })

      it('of a run that has ended are left out, and do not take the place of others', async () => {
        await addSlot('ended', { rank: 99, run: other }, launched)
        const on = await addSlot('on', { rank: 1 }, launched)
        await finish(other)
        expect(await waiting(1)).toStrictEqual([on])
      })
    })

    describe('slots that hold a job', () => {
      const busy = async (limit = 100) => {
        const slots = await everyItem((after) => rows.busy(after === undefined ? { limit } : { after, limit }))
        return slots.map((slot) => `${slot.run} ${slotKey(slot)}`)
      }

      it('are those with a job and without a bill, of all runs, ended ones too', async () => {
        await addSlot('waiting', {}, launched)
        await addSlot('never-started', {}, launched, decided)
        await addSlot('starting', {}, launched, starting)
        await addSlot('unbilled', { run: other }, launched, starting, decided)
        await addSlot('billed', {}, launched, starting, decided, billed(atMs))
        await finish(other)

        expect(await busy()).toStrictEqual([`${run} starting/1/0`, `${other} unbilled/1/0`])
        const { items } = await rows.busy({ limit: 1 })
        expect(items[0]).toStrictEqual((await rows.get(run, 'slot', 'starting/1/0'))?.value)
      })

      it.each([1, 2, 5])('come by pages of %i that stay valid while slots come and go', async (limit) => {
        for (const task of ['a', 'b', 'c', 'd', 'e']) await addSlot(task, {}, launched, starting)
        expect(await busy(limit)).toStrictEqual(['a', 'b', 'c', 'd', 'e'].map((task) => `${run} ${task}/1/0`))

        const first = await rows.busy({ limit: 2 })
        await append(run, 'slot', 'b/1/0', decided, billed(atMs))
        await addSlot('aa', {}, launched, starting)
        await addSlot('cc', { run: other }, launched, starting)
        const rest = await rows.busy({ after: first.next ?? '', limit: 10 })
        expect(rest.items.map(({ task }) => task)).toStrictEqual(['c', 'd', 'e', 'cc'])
      })
    })

    it.each(['x', '', ' x'])('take no cursor that they never gave: "%s"', async (after) => {
      await expect(rows.busy({ after, limit: 1 })).rejects.toThrow(RangeError)
      await expect(rows.runs('ours', { after, limit: 1 })).rejects.toThrow(RangeError)
    })

    describe('runs', () => {
      const submit = async (id: string, tenant: string, at: number): Promise<void> => {
        await append(id as RunId, 'run', 'run', submitted(id as RunId, { tenant, atMs: at }))
      }
      const listed = async (tenant: string, options: Omit<Parameters<Rows['runs']>[1], 'after'>) => {
        const all = await everyItem((after) => rows.runs(tenant, after === undefined ? options : { ...options, after }))
        return all.map(({ id }) => id)
      }
      beforeEach(async () => {
        await submit('run_bbbbbbbb', 'ours', atMs + 2)
        await submit('run_aaaaaaaa', 'ours', atMs + 3)
        await submit('run_cccccccc', 'ours', atMs + 1)
        await submit('run_dddddddd', 'ours', atMs + 2)
        await submit('run_eeeeeeee', 'theirs', atMs + 2)
      })
      const newestFirst = ['run_aaaaaaaa', 'run_dddddddd', 'run_bbbbbbbb', 'run_cccccccc']

      it.each([1, 2, 3, 10])('of a tenant come newest first, and no others, by pages of %i', async (limit) => {
        expect(await listed('ours', { limit })).toStrictEqual(newestFirst)
        expect(await listed('theirs', { limit })).toStrictEqual(['run_eeeeeeee'])
        expect(await listed('nobody', { limit })).toStrictEqual([])
      })

      it('are whole records', async () => {
        const { items } = await rows.runs('theirs', { limit: 1 })
        expect(items).toStrictEqual([(await rows.get('run_eeeeeeee' as RunId, 'run', 'run'))?.value])
      })

      it.each([1, 2, 100])('of all tenants that are not over come by id, by pages of %i', async (limit) => {
        await finish('run_dddddddd' as RunId)
        await append('run_aaaaaaaa' as RunId, 'run', 'run', { type: 'run.cancelling', atMs, reason: 'asked for' })
        const found: string[] = []
        let after: string | undefined
        do {
          const page = await rows.active({ limit, ...(after === undefined ? {} : { after }) })
          found.push(...page.items.map(({ id }) => id))
          after = page.next
        } while (after !== undefined)
        expect(found).toStrictEqual([run, other, 'run_aaaaaaaa', 'run_bbbbbbbb', 'run_cccccccc', 'run_eeeeeeee'])
      })

      it('submitted meanwhile do not shift the pages', async () => {
        const first = await rows.runs('ours', { limit: 2 })
        await submit('run_ffffffff', 'ours', atMs + 4)
        const rest = await rows.runs('ours', { after: first.next ?? '', limit: 10 })
        expect(rest.items.map(({ id }) => id)).toStrictEqual(newestFirst.slice(2))
        expect(rest).not.toHaveProperty('next')
      })
    })
  })
}
