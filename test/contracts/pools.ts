import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobEnded, JobRequest, Pools } from '#ports/pools.ts'

/** What the suite needs of an adapter: its pools, and a hand on the bodies of jobs and on time. */
export interface PoolsUnderTest {
  readonly pools: Pools
  /** A job of this name that an empty pool starts; different names, different jobs. */
  request(name: string): JobRequest
  /** Returns once all that is due has happened and is told. */
  settle(): Promise<void>
  /** How many bodies of this job have begun. */
  begun(name: string): number
  /** Lets a running body end. */
  finish(name: string, exitCode: number): void
  /** What was told so far. */
  told(): readonly JobEnded[]
  close(): Promise<void>
}

/** What every adapter of the `Pools` port keeps. */
export function poolsContract(open: () => Promise<PoolsUnderTest>): void {
  describe('the contract of pools', () => {
    let under: PoolsUnderTest
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.close())

    /** Ends may be told twice; they have to agree. */
    const endsOf = (name: string) => under.told().filter(({ job }) => job === under.request(name).job)

    it('describes pools that spill to pools only', async () => {
      const pools = await under.pools.describe()
      const ids = new Set(pools.map(({ id }) => id))
      expect(ids.size).toBe(pools.length)
      expect(pools.length).toBeGreaterThan(0)
      for (const { spillsTo } of pools) for (const id of spillsTo) expect(ids).toContain(id)
    })

    it('knows the room of every pool: from 0 to its size, and no more than there is in total', async () => {
      const described = await under.pools.describe()
      const { pools, total } = await under.pools.capacity()
      expect(Object.keys(pools).toSorted()).toStrictEqual(described.map(({ id }) => id).toSorted())
      for (const pool of described) {
        for (const size of ['vcpus', 'memoryMiB', 'gpus'] as const) {
          const free = pools[pool.id]?.[size] ?? -1
          expect(free).toBeGreaterThanOrEqual(0)
          expect(free).toBeLessThanOrEqual(Math.min(pool[size], total[size]))
        }
      }
    })

    it('runs a job and tells of its end', async () => {
      const request = under.request('a')
      await under.pools.submit([request])
      await under.settle()
      expect(under.begun('a')).toBe(1)
      expect(endsOf('a')).toStrictEqual([])

      under.finish('a', 3)
      await under.settle()

      expect(endsOf('a').length).toBeGreaterThan(0)
      for (const end of endsOf('a')) {
        expect(end).toMatchObject({ slot: request.slot, pool: request.pool, exitCode: 3 })
        expect(end.billedS).toBeGreaterThanOrEqual(0)
      }
    })

    it('holds room for a job while it lives, and no longer', async () => {
      const { pool, resources } = under.request('a')
      const free = async () => (await under.pools.capacity()).pools[pool]?.vcpus ?? Number.NaN
      const before = await free()
      await under.pools.submit([under.request('a')])
      await under.settle()
      expect(await free()).toBeLessThanOrEqual(before - resources.vcpus)

      under.finish('a', 0)
      await under.settle()

      expect(await free()).toBe(before)
    })

    it('adopts a job that is submitted again while it lives', async () => {
      await under.pools.submit([under.request('a'), under.request('a')])
      await under.pools.submit([under.request('a')])
      await under.settle()
      await under.pools.submit([under.request('a')])
      await under.settle()
      expect(under.begun('a')).toBe(1)

      under.finish('a', 0)
      await under.settle()

      expect(new Set(endsOf('a').map((end) => JSON.stringify(end))).size).toBe(1)
    })

    it('ends a running job on request, with the reason that was given', async () => {
      await under.pools.submit([under.request('a')])
      await under.settle()

      await under.pools.terminate([under.request('a').job], 'another clone won')
      await under.settle()

      expect(endsOf('a').length).toBeGreaterThan(0)
      for (const { reason } of endsOf('a')) expect(reason).toBe('another clone won')
    })

    it('passes over jobs that it does not know, or that have ended', async () => {
      await under.pools.submit([under.request('a')])
      await under.settle()
      under.finish('a', 0)
      await under.settle()
      const told = under.told()

      await under.pools.terminate([under.request('a').job, under.request('b').job], 'too late')
      await under.settle()

      expect(under.told()).toStrictEqual(told)
    })

    it('knows what became of jobs: those that live, those that have ended, and no other ones', async () => {
      const ask = () => under.pools.jobs([under.request('a').job, under.request('b').job])
      expect(await ask()).toStrictEqual([])
      await under.pools.submit([under.request('a')])
      expect(await ask()).toMatchObject([{ job: under.request('a').job, state: 'alive' }])
      await under.settle()
      const startedAtMs: unknown = expect.any(Number)
      expect(await ask()).toStrictEqual([{ job: under.request('a').job, state: 'alive', startedAtMs }])

      under.finish('a', 3)
      await under.settle()

      const [ended] = endsOf('a')
      expect(await ask()).toStrictEqual([{ job: under.request('a').job, state: 'ended', ended }])
    })

    it('tells of a job that was submitted again after its end that it lives', async () => {
      await under.pools.submit([under.request('a')])
      await under.settle()
      under.finish('a', 3)
      await under.settle()
      await under.pools.submit([under.request('a')])
      await under.settle()
      expect(await under.pools.jobs([under.request('a').job])).toMatchObject([{ state: 'alive' }])
    })

    it('answers for at most 100 jobs at once', async () => {
      const names = (count: number) => Array.from({ length: count }, (_, index) => `job-${index}`)
      await expect(under.pools.jobs(names(101))).rejects.toThrow('100')
      expect(await under.pools.jobs(names(100))).toStrictEqual([])
    })

    it('takes no job for a pool that it does not have', async () => {
      await expect(under.pools.submit([{ ...under.request('a'), pool: 'no-such-pool' }])).rejects.toThrow(
        'no-such-pool',
      )
      expect(under.begun('a')).toBe(0)
    })
  })
}
