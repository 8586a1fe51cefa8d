import { bytes } from '#cli/format/bytes.ts'
import { count } from '#cli/format/count.ts'
import { duration } from '#cli/format/duration.ts'
import { money } from '#cli/format/money.ts'
import { causeWords, remedyWords } from '#cli/report/attempt-words.ts'
import { quantiles } from '#cli/report/run-overview.ts'
import { stateSign } from '#cli/state-sign.ts'
import { line, paragraph, span, type Line } from '#cli/terminal/line.ts'
import type { Symbols } from '#cli/terminal/symbols.ts'
import type { AttemptDocument, SlotDocument, TaskDocument } from '#contract/run-document.ts'
import type { Basis } from '#core/prediction/prediction.ts'

/** What lines are made for. */
export interface Page {
  readonly symbols: Symbols
  readonly width: number
}

/** One task: why it was placed as it was, and every attempt and slot with its times, use, cause and evidence. */
export function taskDetails(task: TaskDocument, page: Page): readonly Line[] {
  const { predicted } = task
  const { symbols } = page
  return [
    [
      span(task.id, 'strong'),
      span('  '),
      stateSign(task.state, symbols),
      span(`${task.key === null ? '' : `  key ${task.key}`}${task.onCriticalPath ? '  on the critical path' : ''}`),
    ],
    ...fact('needs', task.needs.join(', '), page),
    ...fact('reason', task.reason, page),
    ...fact('predicted', predicted === null ? null : predictionWords(predicted, symbols), page),
    ...fact(
      'waiting for',
      task.waitingFor === 'person' ? 'a person: it may have done its work' : task.waitingFor,
      page,
    ),
    ...fact('taken over', task.reusedFrom === null ? null : `from ${task.reusedFrom}`, page),
    ...fact('error', task.error, page),
    ...task.attempts.flatMap((attempt) => attemptLines(attempt, page)),
  ]
}

function attemptLines(attempt: AttemptDocument, page: Page): readonly Line[] {
  const { symbols } = page
  const { cause, remedy, reason } = attempt
  const why = cause === null ? '' : `: ${causeWords(attempt)}`
  // The cause stands in the line above.
  const because = reason === null ? '' : `: ${reason.replace(`${cause}: `, '')}`
  const then = remedy === null ? null : `${remedyWords[remedy]}${because}`
  // What a clone of it says is shown with the clone.
  const isOfClone = attempt.slots.some(({ evidence }) => evidence === attempt.evidence)
  return [
    [span(`  attempt ${attempt.number}  `), stateSign(attempt.state, symbols), span(why)],
    ...fact('then', then, page, 4),
    ...fact('decided', attempt.decision, page, 4),
    ...(isOfClone ? [] : evidenceLines(attempt.evidence)),
    ...attempt.slots.flatMap((slot) => slotLines(slot, page)),
  ]
}

function slotLines(slot: SlotDocument, page: Page): readonly Line[] {
  const { symbols } = page
  const exit = slot.exitCode === null ? '' : `, exit code ${slot.exitCode}`
  const cause = slot.cause === null ? '' : `  ${slot.cause}${exit}`
  const variant = slot.variant === null ? '' : `${slot.variant}  `
  const kind = slot.kind === 'standby' ? '  standby' : ''
  return [
    [
      span(`    clone ${slot.clone}  ${variant}`),
      stateSign(slot.state, symbols),
      span(`  on ${slot.pool}${kind}${cause}`),
    ],
    ...fact('reason', slot.reason, page, 6),
    ...fact('called up', slot.why, page, 6),
    ...fact('waiting for', slot.waitingFor, page, 6),
    ...fact('times', timesWords(slot), page, 6),
    ...fact('used', usedWords(slot), page, 6),
    ...evidenceLines(slot.evidence),
  ]
}

const phases = [
  ['waiting', 'waiting'],
  ['starting', 'starting'],
  ['stagingIn', 'staging in'],
  ['running', 'running'],
  ['stagingOut', 'staging out'],
] as const satisfies readonly (readonly [keyof SlotDocument['timesS'], string])[]

function timesWords({ timesS }: SlotDocument): string | null {
  const words = phases.flatMap(([phase, name]) => {
    const seconds = timesS[phase]
    return seconds === null ? [] : [`${name} ${duration(seconds)}`]
  })
  return words.length === 0 ? null : words.join(', ')
}

function usedWords(slot: SlotDocument): string | null {
  if (slot.startedAt === null) return null
  const basis = slot.usageBasis === 'none' ? 'cpu and memory not measured' : ''
  return [
    ...(slot.cpuS === null ? [] : [`cpu ${duration(slot.cpuS)}`]),
    ...(slot.peakMemoryMiB === null ? [] : [`peak ${Math.round(slot.peakMemoryMiB)} MiB (${slot.usageBasis})`]),
    ...(basis === '' ? [] : [basis]),
    `in ${bytes(slot.bytesIn)}`,
    `out ${bytes(slot.bytesOut)}`,
    money(slot.costUsd),
  ].join(', ')
}

function evidenceLines(evidence: string | null): readonly Line[] {
  if (evidence === null || evidence === '') return []
  return evidence
    .trimEnd()
    .split('\n')
    .map((text) => line(`        ${text}`, 'dim'))
}

function basisWords(basis: Basis): string {
  switch (basis.kind) {
    case 'history':
      return `from ${count(basis.samples, 'sample')}`
    case 'estimate':
      return 'from the estimate in the file'
    case 'none':
      return 'a guess: no history, no estimate'
  }
}

function predictionWords({ durationS, basis }: NonNullable<TaskDocument['predicted']>, symbols: Symbols): string {
  return `${quantiles(durationS, symbols)} (median to 90th percentile), ${basisWords(basis)}`
}

function fact(name: string, value: string | null, page: Page, indent = 2): readonly Line[] {
  if (value === null || value === '') return []
  return paragraph([span(`${' '.repeat(indent)}${name.padEnd(12)} `, 'dim')], value, page.width)
}
