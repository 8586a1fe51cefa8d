import { readFileSync } from 'node:fs'

/** What the kernel counts in. */
export interface KernelUnits {
  readonly bytesPerPage: number
  readonly ticksPerS: number
}

/** Keys of the auxiliary vector (getauxval(3)). */
const pageSizeKey = 6n
const ticksKey = 17n

let known: KernelUnits | undefined

/** The units of this machine, read once from `/proc/self/auxv`; what every common Linux has where that can't be read. */
export function kernelUnits(): KernelUnits {
  known ??= readUnits()
  return known
}

function readUnits(): KernelUnits {
  const entries = new Map<bigint, bigint>()
  try {
    const vector = readFileSync('/proc/self/auxv')
    for (let at = 0; at + 16 <= vector.length; at += 16) {
      entries.set(vector.readBigUInt64LE(at), vector.readBigUInt64LE(at + 8))
    }
  } catch {
    // The defaults below hold.
  }
  return { bytesPerPage: Number(entries.get(pageSizeKey) ?? 4096n), ticksPerS: Number(entries.get(ticksKey) ?? 100n) }
}
