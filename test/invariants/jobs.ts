import { canonicalHash } from '#core/hash.ts'
import { totalsOf } from '#core/run/totals.ts'
import { ofKind, type RunHistory } from './history.ts'

/** I6: no job is alive after its run has ended. */
export function jobsOutlivingTheRun({ log }: RunHistory): readonly string[] {
  const alive = new Set<string>()
  const breaches: string[] = []
  let over = false
  for (const { id, event } of log) {
    if (event.type === 'run.finished') {
      over = true
      breaches.push(...[...alive].map((slot) => `I6 the job of ${slot} outlived the run`))
    }
    if (event.type === 'slot.starting') {
      alive.add(id)
      if (over) breaches.push(`I6 the job of ${id} started after the run`)
    }
    if (event.type === 'slot.billed') alive.delete(id)
  }
  return breaches
}

/** I7: each job is billed once, and bills sum to the run's cost. */
export function costsThatDoNotAddUp(history: RunHistory): readonly string[] {
  const breaches: string[] = []
  const billed = new Set<string>()
  for (const { id, event } of history.log) {
    if (event.type !== 'slot.billed') continue
    if (billed.has(id)) breaches.push(`I7 ${id} was billed twice`)
    billed.add(id)
  }
  const slots = ofKind(history, 'slot').map(({ value }) => value)
  const sums = totalsOf(slots)
  for (const { value: run } of ofKind(history, 'run')) {
    if (run.totals !== null && canonicalHash(run.totals) !== canonicalHash(sums)) {
      breaches.push(`I7 slots cost ${JSON.stringify(sums)}, the run says ${JSON.stringify(run.totals)}`)
    }
  }
  for (const { job, bill, task, attempt, clone } of slots) {
    if ((job === null) !== (bill === null)) breaches.push(`I7 ${task}/${attempt}/${clone} has a job or a bill alone`)
  }
  return breaches
}
