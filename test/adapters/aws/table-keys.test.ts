import fc from 'fast-check'
import { expect, it } from 'vitest'
import { comparable, gateKey, logKey, logStart, partitionsOf, rowKey, sampleKey } from '#adapters/aws/table-keys.ts'
import type { RunId } from '#core/run/ids.ts'

const run = 'run_00000001' as RunId

it('the slots of an instance are beside it, and found by one query', () => {
  const instance = rowKey(run, 'task', 'clean[3]').partition
  expect(rowKey(run, 'slot', 'clean[3]/1/0').partition).toBe(instance)
  expect(sampleKey(run, 'clean[3]/2/1').partition).toBe(instance)
  expect(partitionsOf(run, 'slot', 'clean[3]/1/')).toStrictEqual([instance])
  expect(partitionsOf(run, 'slot', 'clean[3]')).toHaveLength(8)
})

it('the rows of a run are spread: no partition has much more than its share', () => {
  const counts = new Map<string, number>()
  for (let n = 0; n < 10_000; n += 1) {
    const { partition } = rowKey(run, 'task', `clean[${n}]`)
    counts.set(partition, (counts.get(partition) ?? 0) + 1)
  }
  expect([...counts.keys()].sort()).toStrictEqual([...partitionsOf(run, 'task', '')])
  expect(Math.max(...counts.values())).toBeLessThan(1_400)
})

it('items of the log sort by number, and no two items share a key', () => {
  expect(logKey('p', 9).sort < logKey('p', 10).sort).toBe(true)
  expect(logStart(logKey('p', 123).sort)).toBe(123)
  const keys = [rowKey(run, 'run', 'run'), rowKey(run, 'task', 'run'), gateKey(run, 0), sampleKey(run, 'run/1/0')]
  expect(new Set(keys.map(({ sort }) => sort)).size).toBe(keys.length)
})

it('a text from outside is cut to a key, and compares with ids as it did', () => {
  const id = fc.string({ unit: 'binary', maxLength: 100 }).filter((text) => Buffer.byteLength(text) < 900)
  fc.assert(
    fc.property(id, fc.string({ unit: 'binary' }), fc.nat(3_000), (ours, text, more) => {
      const theirs = text + 'é'.repeat(more)
      const cut = Buffer.from(comparable(theirs))
      expect(cut.length).toBeLessThanOrEqual(1_000)
      expect(Math.sign(Buffer.compare(Buffer.from(ours), cut))).toBe(
        Math.sign(Buffer.compare(Buffer.from(ours), Buffer.from(theirs))),
      )
    }),
  )
  expect(comparable('a\ud800')).toBe('a\ufffd')
})
