import { describe, expect, it } from 'vitest'
import { kept } from '#account/kept.ts'

/** A value that is the number of its reading; those in `broken` fail. */
function open(broken: readonly number[] = []) {
  const errors: unknown[] = []
  let nowMs = 0
  let reads = 0
  const read = kept({
    read: async () => {
      reads += 1
      if (broken.includes(reads)) throw new Error(`reading ${reads}`)
      return reads
    },
    forMs: 100,
    nowMs: () => nowMs,
    onError: (error) => errors.push((error as Error).message),
  })
  return { read, errors, reads: () => reads, at: (ms: number) => void (nowMs = ms) }
}

describe('a value that is kept for a while', () => {
  it('is read when it is first asked for, and once by all who ask meanwhile', async () => {
    const under = open()
    expect(under.reads()).toBe(0)
    expect(await Promise.all([under.read(), under.read()])).toStrictEqual([1, 1])
    under.at(99)
    expect(await under.read()).toBe(1)
  })

  it('is read again when its time is over', async () => {
    const under = open()
    await under.read()
    under.at(100)
    expect(await under.read()).toBe(2)
  })

  it('is given as it was when it can not be read again, and that is told', async () => {
    const under = open([2])
    await under.read()
    under.at(100)
    expect([await under.read(), under.errors]).toStrictEqual([1, ['reading 2']])
    under.at(199)
    expect(await under.read()).toBe(1)
    under.at(200)
    expect(await under.read()).toBe(3)
  })

  it('fails as long as there never was one, and is asked for anew each time', async () => {
    const under = open([1])
    await expect(under.read()).rejects.toThrow('reading 1')
    expect(await under.read()).toBe(2)
    expect(under.errors).toStrictEqual([])
  })
})
