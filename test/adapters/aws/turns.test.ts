import { expect, it } from 'vitest'
import { Turns } from '#adapters/aws/turns.ts'

/** Work that goes on until it is let go. */
function gate() {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  return { work: () => promise, open: resolve, fail: reject }
}

it('does work on one key in the order in which it was asked for, also after one failed', async () => {
  const turns = new Turns()
  const first = gate()
  const done: string[] = []
  const failing = turns.take(['a'], first.work)
  const second = turns.take(['a', 'b'], async () => done.push('second'))
  const third = turns.take(['b'], async () => done.push('third'))
  const other = turns.take(['c'], async () => done.push('other'))

  await other
  expect(done).toStrictEqual(['other'])
  first.fail(new Error('no'))
  await expect(failing).rejects.toThrow('no')
  await Promise.all([second, third])
  expect(done).toStrictEqual(['other', 'second', 'third'])
})

it('waits for what comes before, and lets what only waits for the same go side by side', async () => {
  const turns = new Turns()
  const [writer, left] = [gate(), gate()]
  const done: string[] = []
  const write = turns.take(['run'], writer.work)
  const one = turns.take(['x'], left.work, ['run'])
  const two = turns.take(['y'], async () => done.push('two'), ['run'])
  expect(done).toStrictEqual([])
  writer.open()
  await Promise.all([write, two])
  expect(done).toStrictEqual(['two'])
  left.open()
  await one
})
