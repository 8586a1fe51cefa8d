import { randomBytes as systemRandomBytes } from 'node:crypto'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import type { Clock } from '#ports/clock.ts'
import type { Ids } from '#ports/ids.ts'

/** Crockford's base 32: no i, l, o, u. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz'
const timeLength = 10
const chanceLength = 8

/**
 * Run ids: `run_`, 10 digits of the time in ms, 8 of chance. They sort by time, and within this process by order even
 * if the clock goes back or stands. Tokens: 128 bits of chance in hex.
 */
export function createSystemIds(options: {
  readonly clock: Clock
  readonly randomBytes?: (count: number) => Uint8Array
}): Ids {
  const { clock, randomBytes = systemRandomBytes } = options
  let lastMs = -1
  let chance = 0

  return {
    run: () => {
      const nowMs = clock.nowMs()
      if (nowMs > lastMs) {
        lastMs = nowMs
        chance = toNumber(randomBytes(5))
      } else if (++chance === 32 ** chanceLength) {
        lastMs++
        chance = 0
      }
      return runId(base32(lastMs, timeLength) + base32(chance, chanceLength))
    },
    token: () => Buffer.from(randomBytes(16)).toString('hex'),
  }
}

function runId(suffix: string): RunId {
  const id = parseRunId(`run_${suffix}`)
  if (id === undefined) throw new Error(`not a run id: ${suffix}`)
  return id
}

function toNumber(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}

function base32(value: number, length: number): string {
  let text = ''
  let rest = value
  while (text.length < length) {
    text = digits.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  return text
}
