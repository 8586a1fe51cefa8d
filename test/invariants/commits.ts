import { canonicalHash, sha256 } from '#core/hash.ts'
import { taskOf } from '#core/run/ids.ts'
import type { StagedFile } from '#core/run/manifest.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { ofKind, type RunHistory } from './history.ts'

/** I2: at most one attempt of a task commits, by at most one slot, and fences grow. */
export function commitsTwice({ log }: RunHistory): readonly string[] {
  const breaches: string[] = []
  const commits = new Set<string>()
  const fences = new Map<string, number>()
  const wins = new Map<string, string>()
  for (const { id, event } of log) {
    if (event.type === 'task.committed') {
      if (commits.has(id)) breaches.push(`I2 ${id} was committed twice`)
      commits.add(id)
    }
    if (event.type === 'slot.leased') {
      if (event.fence <= (fences.get(id) ?? 0)) breaches.push(`I2 the fence of ${id} did not grow`)
      fences.set(id, event.fence)
    }
    if (event.type === 'slot.claimed' && event.fence !== fences.get(id)) {
      breaches.push(`I2 ${id} claimed under fence ${event.fence}, and held ${fences.get(id)}`)
    }
    if (event.type === 'slot.decided' && event.state === 'won') {
      const task = id.slice(0, id.indexOf('/'))
      if (wins.has(task)) breaches.push(`I2 ${id} won ${task} after ${wins.get(task)}`)
      wins.set(task, id)
    }
  }
  return breaches
}

/** Policies whose result is made of several claims. */
const combined: ReadonlySet<string> = new Set(['mean', 'median', 'all'])

/** I3: what was committed is what the winner claimed, or was made of what clones of it claimed, lies under its own prefix, and is there, whole and unaltered. */
export async function outputsLost(history: RunHistory, objects: ObjectStore): Promise<readonly string[]> {
  const breaches: string[] = []
  const won = ofKind(history, 'slot').filter(({ value }) => value.state === 'won')
  const winners = new Map(won.map((slot) => [slot.value.task, slot]))
  for (const { id, value: task } of ofKind(history, 'task')) {
    if (task.outputs === null || task.instances !== null) continue
    const winner = winners.get(id)
    const made = combined.has(history.workflow.tasks.find((one) => one.id === task.task)?.aggregate.policy ?? 'first')
    const isClaim = winner !== undefined && canonicalHash(winner.value.claim) === canonicalHash(task.outputs)
    if (task.reusedFrom === null && !made && !isClaim) {
      breaches.push(`I3 the result of ${id} is not what its winner claimed`)
    }
    const owner = task.reusedFrom ?? task.run
    const place = winner === undefined ? `runs/${owner}/${id}/` : `runs/${task.run}/${winner.id}/`
    for (const [name, output] of Object.entries(task.outputs)) {
      const files: readonly StagedFile[] = output.type === 'directory' ? output.files : [output]
      for (const file of files) {
        const bytes = await objects.read(file.object)
        const whole = bytes !== undefined && bytes.length === file.bytes && sha256(bytes) === file.sha256
        if (!whole) breaches.push(`I3 output ${name} of ${id} is not what was committed`)
        if (!file.object.startsWith(place)) {
          breaches.push(`I3 output ${name} of ${taskOf(id)} lies outside of what its winner may write`)
        }
      }
    }
  }
  return breaches
}
