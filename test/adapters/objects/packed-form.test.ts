import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameBytes, packedWhole, unpacked } from '#adapters/objects/packed-form.ts'
import { framesBetween, packedFrames, packedTable, packedTableBytes } from '#adapters/objects/packed-table.ts'
import { DamagedObject } from '#ports/damaged-object.ts'

/** All of it, as a reader unpacks it who knows how long its content is. */
async function contentOf(packed: Uint8Array, bytes: number): Promise<Uint8Array> {
  const length = Math.min(packedTableBytes('a', packed), packed.length)
  const frames = packedFrames('a', packed.subarray(packed.length - length), packed.length, bytes)
  const contents = await Promise.all(
    frames.map((frame) => unpacked('a', frame, packed.subarray(frame.start, frame.end))),
  )
  return Buffer.concat(contents)
}

/** Text of that many bytes, some of which repeats. */
const textOf = (bytes: number): Buffer =>
  Buffer.alloc(bytes, Array.from({ length: 999 }, (_, at) => `${at * at},`).join(''))

describe('packed content', () => {
  it.each([0, 1, 100, frameBytes - 1, frameBytes, frameBytes + 1, 3 * frameBytes + 5])(
    'is unpacked to what it was: %i bytes',
    async (bytes) => {
      const content = textOf(bytes)
      const packed = await packedWhole(content)
      expect(Buffer.from(await contentOf(packed, bytes)).equals(content)).toBe(true)
    },
  )

  it('of which any byte is another one, or any part is missing, is damaged or what it was, never something else', async () => {
    const content = textOf(50_000)
    const packed = await packedWhole(content)
    const change = fc.record({ at: fc.nat(packed.length - 1), by: fc.integer({ min: 1, max: 255 }), cut: fc.boolean() })
    const changes = fc.asyncProperty(change, async ({ at, by, cut }) => {
      const changed = Buffer.from(cut ? packed.subarray(0, at) : packed)
      if (!cut) changed.writeUInt8(changed.readUInt8(at) ^ by, at)
      const found = await contentOf(changed, content.length).catch((error: unknown) => error)
      expect(found instanceof DamagedObject || content.equals(found as Uint8Array)).toBe(true)
    })
    await fc.assert(changes, { numRuns: 200 })
  })

  it('that claims to be more than it is takes no more memory than a frame may', async () => {
    const packed = await packedWhole(Buffer.alloc(frameBytes))
    const table = packedTable([{ stored: packed.length - packedTableBytes('a', packed), bytes: 100 }])
    const [frame] = packedFrames('a', table, packed.length, 100)
    await expect(unpacked('a', frame!, packed.subarray(0, frame!.end))).rejects.toThrow(DamagedObject)
    const great = packedTable([{ stored: 10, bytes: 17 * 1024 ** 2 }])
    expect(() => packedFrames('a', great, 10 + great.length, 17 * 1024 ** 2)).toThrow('too large')
  })
})

it('frames between two places are those that hold content from there', () => {
  const sizes = [10, 20, 0, 5].map((bytes) => ({ stored: 1, bytes }))
  const table = packedTable(sizes)
  const frames = packedFrames('a', table, table.length + 4, 35)
  const between = (from: number, to: number) =>
    framesBetween(frames, from, to).map(({ offset, bytes }) => [offset, bytes])
  expect(between(0, 1)).toStrictEqual([[0, 10]])
  expect(between(9, 11)).toStrictEqual([
    [0, 10],
    [10, 20],
  ])
  expect(between(30, 35).filter(([, bytes]) => bytes !== 0)).toStrictEqual([[30, 5]])
  expect(between(35, 35)).toStrictEqual([])
})
