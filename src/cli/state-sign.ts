import { span, type Span, type Tone } from '#cli/terminal/line.ts'
import type { Symbols } from '#cli/terminal/symbols.ts'
import type { RunDocument } from '#contract/run-document.ts'
import type { SlotState } from '#core/run/slot.ts'
import type { AttemptState, TaskState } from '#core/run/task.ts'

/** Any state that a user sees. */
export type ShownState = RunDocument['state'] | TaskState | AttemptState | SlotState

type Sign = readonly [symbol: keyof Symbols, tone: Tone]

const good: Sign = ['good', 'good']
const bad: Sign = ['bad', 'bad']
const busy: Sign = ['busy', 'busy']
const waits: Sign = ['waiting', 'wait']
const over: Sign = ['over', 'dim']

const signs: Readonly<Record<ShownState, Sign>> = {
  queued: waits,
  planning: busy,
  running: busy,
  cancelling: waits,
  succeeded: good,
  failed: bad,
  cancelled: over,
  interrupted: waits,
  pending: ['pending', 'dim'],
  ready: waits,
  committed: good,
  skipped: over,
  'in-doubt': bad,
  standby: ['standby', 'dim'],
  waiting: waits,
  starting: ['starting', 'busy'],
  claimed: busy,
  won: good,
  contributed: good,
  lost: over,
  rejected: bad,
  fenced: bad,
}

/** A state in words, behind its symbol. */
export function stateSign(state: ShownState, symbols: Symbols): Span {
  const [symbol, tone] = signs[state]
  return span(`${symbols[symbol]} ${state}`, tone)
}

/** The symbol alone, for a drawing that has the word elsewhere. */
export function stateSymbol(state: ShownState, symbols: Symbols): Span {
  const [symbol, tone] = signs[state]
  return span(symbols[symbol], tone)
}
