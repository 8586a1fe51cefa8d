import { bytes } from '#cli/format/bytes.ts'
import { count } from '#cli/format/count.ts'
import { duration } from '#cli/format/duration.ts'
import { money } from '#cli/format/money.ts'
import { shownPath } from '#cli/format/shown-path.ts'
import { predicted } from '#cli/live/frame.ts'
import { whyAndThen } from '#cli/report/attempt-words.ts'
import { racesOf, type Races } from '#cli/report/races.ts'
import { pathInWords, realisedPath } from '#cli/report/realised-path.ts'
import type { Shell } from '#cli/shell.ts'
import { line, paragraph, span, type Line } from '#cli/terminal/line.ts'
import type { OutputDocument } from '#contract/control-plane.ts'
import type { RunDocument } from '#contract/run-document.ts'
import type { Plan } from '#core/planning/plan.ts'

/** A run that is over, and what is said about it. */
export interface Finished {
  readonly run: RunDocument
  readonly plan: Plan | null
  readonly outputs: Readonly<Record<string, OutputDocument>>
  readonly emulated: boolean
  /** The workflow file; `null` when the run was taken up again. */
  readonly file: string | null
}

/** Lines of one kind that are listed before the rest is counted. */
const listed = 5

/** What a run came to: time, path, races, hedges, retries, cost, outputs, and what to type next. */
export function summary(finished: Finished, shell: Shell): readonly Line[] {
  const { run, plan, emulated } = finished
  const { symbols } = shell.out
  const races = racesOf(run)
  const path = realisedPath(run)
  return [
    title(run, plan, shell),
    ...(path.length === 0 ? [] : fact('critical path', pathInWords(path, symbols), shell)),
    ...raceFacts(races, run, shell),
    ...retryFacts(run, shell),
    ...fact('cost', costWords(run, emulated), shell),
    ...outputFacts(finished, shell),
    ...nextSteps(finished, shell),
  ]
}

function title(run: RunDocument, plan: Plan | null, { out: { symbols } }: Shell): Line {
  const good = run.state === 'succeeded'
  const took = run.makespanS === null ? '' : ` in ${duration(run.makespanS)}`
  const expected = plan === null ? '' : ` (${predicted(plan, symbols)})`
  return [
    span(`${good ? symbols.good : symbols.bad} ${run.workflow} ${run.state}`, good ? 'good' : 'bad'),
    span(`${took}${expected}  ${run.id}`),
  ]
}

function raceFacts(races: Races, run: RunDocument, shell: Shell): readonly Line[] {
  const lines: Line[] = []
  if (races.run > 0) {
    const won = races.wonBy.map(([pool, number]) => `${pool} ${number}`).join(', ')
    const share = run.costUsd > 0 ? ` (${Math.round((races.lostUsd / run.costUsd) * 100)}% of the cost)` : ''
    const by = won === '' ? '' : `, won by ${won}`
    lines.push(...fact('races', `${races.run}${by}; the losers cost ${money(races.lostUsd)}${share}`, shell))
  }
  const hedges = races.hedges.map(({ task, pool, won }) => `${task} on ${pool}, which ${won ? 'won' : 'lost'}`)
  const combined = races.combined.map(({ task, decision }) => `${task}: ${decision}`)
  return [...lines, ...facts('hedges called', hedges, shell), ...facts('combined', combined, shell)]
}

function retryFacts(run: RunDocument, shell: Shell): readonly Line[] {
  const retries: string[] = []
  const reclaims: string[] = []
  for (const { id, attempts } of run.tasks ?? []) {
    for (const [index, attempt] of attempts.entries()) {
      if (index < attempts.length - 1) retries.push(`${id} attempt ${attempt.number}: ${whyAndThen(attempt)}`)
      for (const slot of attempt.slots)
        if (slot.cause === 'reclaimed') reclaims.push(`${id} clone ${slot.clone} on ${slot.pool}`)
    }
  }
  return [...facts('retries', retries, shell), ...facts('reclaims', reclaims, shell)]
}

function costWords(run: RunDocument, emulated: boolean): string {
  const wasted = run.wastedCostUsd === 0 ? '' : `, of which ${money(run.wastedCostUsd)} wasted`
  return `${money(run.costUsd)}${wasted}${emulated ? '; prices are emulated' : ''}`
}

function outputFacts({ outputs }: Finished, shell: Shell): readonly Line[] {
  const named = Object.entries(outputs).map(
    ([name, output]) => `${name}  ${bytes(output.bytes)}  ${shownPath(output.path ?? output.url, shell.host.cwd)}`,
  )
  return facts('outputs', named, shell)
}

function nextSteps({ run, file }: Finished, shell: Shell): readonly Line[] {
  const failed = run.tasks?.find(({ state }) => state === 'failed')
  const steps: readonly (readonly [string, string])[] =
    run.state === 'succeeded' || failed === undefined
      ? [
          [shell.command('show', 'latest'), 'what ran where, and why'],
          [shell.command('cost', 'latest'), 'where the money went'],
          [shell.command('graph', 'latest'), 'the tasks and what they wait for'],
        ]
      : [
          [shell.command('logs', 'latest', failed.id), 'what it said'],
          [shell.command('show', 'latest', failed.id), 'every attempt and clone of it'],
          [shell.command('retry', 'latest'), 'the same again, with what succeeded taken over'],
          file === null || file === '-'
            ? [shell.command('events', 'latest'), 'all that happened, in order']
            : [shell.command('run', file), 'again, once it is mended'],
        ]
  const width = Math.max(...steps.map(([command]) => command.length))
  return [
    line('next', 'strong'),
    ...steps.map(([command, why]) => [span(`  ${command.padEnd(width)}  `), span(why, 'dim')]),
  ]
}

function facts(name: string, values: readonly string[], shell: Shell): readonly Line[] {
  if (values.length === 0) return []
  const rest = values.length - listed
  const shown =
    rest > 1 ? [...values.slice(0, listed), `${shell.out.symbols.more} and ${count(rest, 'other')}`] : values
  return shown.flatMap((value, index) => fact(index === 0 ? name : '', value, shell))
}

function fact(name: string, value: string, shell: Shell): readonly Line[] {
  return paragraph([span(`  ${name.padEnd(14)} `, 'dim')], value, shell.columns)
}
