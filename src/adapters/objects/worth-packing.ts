import { open } from 'node:fs/promises'
import { packBlock } from '#adapters/objects/packed-form.ts'

/** What is smaller is one short transfer in any form. */
const smallestBytes = 64 * 1024

const sampleBytes = 32 * 1024
const samples = 6

/** Of its bytes that a sample has to save. Less is not worth packing once and unpacking for each reader. */
const savedPart = 0.25

/** Whether a file gets so much smaller that packing pays: six samples of it decide, whatever its name says that it is. */
export async function isWorthPacking(path: string, size: number): Promise<boolean> {
  if (size < smallestBytes) return false
  const file = await open(path)
  try {
    let read = 0
    let stored = 0
    for (let sample = 0; sample < samples; sample += 1) {
      const start = Math.floor(((size - sampleBytes) * sample) / (samples - 1))
      const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, start)
      read += bytesRead
      stored += (await packBlock(buffer.subarray(0, bytesRead))).byteLength
    }
    return stored <= (1 - savedPart) * read
  } finally {
    await file.close()
  }
}
