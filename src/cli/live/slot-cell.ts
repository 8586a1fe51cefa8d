import { duration } from '#cli/format/duration.ts'
import { wasActive } from '#cli/live/run-view.ts'
import { span, type Line } from '#cli/terminal/line.ts'
import type { Symbols } from '#cli/terminal/symbols.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { unreachable } from '#core/unreachable.ts'

/** What a clone's cell needs beside its slot. */
export interface CellContext {
  readonly nowMs: number
  readonly symbols: Symbols
  /** When the hedge's timer rings; `null` when there is none, or it is not running. */
  readonly hedgeAtMs: number | null
}

/**
 * One clone as it stands, in a few words: `▶ hot-cpu 1.2s`, `◌ warm-cpu waiting 0.4s: capacity`, `✓ cold-cpu won 3.1s`.
 * Nothing for a standby slot that was never called up in an attempt that is over.
 */
export function slotCell(slot: SlotRecord, context: CellContext): Line {
  const { symbols, nowMs } = context
  const { pool } = slot
  const hedge = slot.kind === 'standby' ? ' hedge' : ''
  const since = (ms: number | null) => (ms === null ? '' : ` ${duration((nowMs - ms) / 1000)}`)
  switch (slot.state) {
    case 'standby':
      return [span(`${symbols.standby} ${pool} ${hedgeTimer(context)}`, 'dim')]
    case 'waiting': {
      const what = slot.waitingFor === null ? '' : `: ${slot.waitingFor}`
      return [span(`${symbols.waiting} ${pool}${hedge} waiting${since(slot.waitingAtMs)}${what}`, 'wait')]
    }
    case 'starting':
      return [span(`${symbols.starting} ${pool}${hedge} starting${since(slot.startingAtMs)}`, 'busy')]
    case 'running':
      return [span(`${symbols.busy} ${pool}${hedge}${since(slot.runningAtMs)}`, 'busy')]
    case 'claimed':
      return [span(`${symbols.busy} ${pool}${hedge} claimed${took(slot)}`, 'busy')]
    case 'won':
    case 'contributed':
      return [span(`${symbols.good} ${pool}${hedge} ${slot.state}${took(slot)}`, 'good')]
    case 'failed':
      return [span(`${symbols.bad} ${pool}${hedge} ${slot.failure?.cause ?? 'failed'}${took(slot)}`, 'bad')]
    case 'rejected':
    case 'fenced':
      return [span(`${symbols.bad} ${pool}${hedge} ${slot.state}${took(slot)}`, 'bad')]
    case 'lost':
    case 'cancelled':
      return wasActive(slot) ? [span(`${symbols.over} ${pool}${hedge} ${slot.state}${took(slot)}`, 'dim')] : []
    default:
      return unreachable(slot.state)
  }
}

/** Seconds from the clone's start to its end, if it started. */
export function tookS(slot: SlotRecord): number | null {
  const from = slot.runningAtMs ?? slot.startingAtMs
  return from === null || slot.endedAtMs === null ? null : (slot.endedAtMs - from) / 1000
}

function took(slot: SlotRecord): string {
  const seconds = tookS(slot)
  return seconds === null ? '' : ` ${duration(seconds)}`
}

function hedgeTimer({ hedgeAtMs, nowMs }: CellContext): string {
  if (hedgeAtMs === null) return 'standby'
  return `hedge in ${duration((hedgeAtMs - nowMs) / 1000)}`
}
