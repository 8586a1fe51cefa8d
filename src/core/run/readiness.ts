import { dependenciesOf, type EdgeKind } from '#core/graph/graph.ts'
import { sha256 } from '#core/hash.ts'
import { shardSize } from '#core/run/group.ts'
import { instanceId } from '#core/run/ids.ts'
import type { Task, Workflow } from '#core/workflow/workflow.ts'

/**
 * Which dependency groups there are, and who is a member of which. Members are *marks*:
 * `clean` (the whole task has ended), `clean[]` (its list is known), `clean[3]` (that instance has ended).
 *
 *     start:<marks>   starts the tasks whose predecessors these are
 *     each:<T[i]>     starts one element-wise instance:  T[], U[i]
 *     all:<T>         ends the expansion T:              T[0] … T[n-1]
 *     end             ends the run:                      every task
 */
export interface Readiness {
  /** Tasks that need nothing. */
  readonly roots: readonly string[]
  /** Tasks that a `start:` group starts, sorted. */
  readonly starts: ReadonlyMap<string, readonly string[]>
  /** Memberships of the marks that are known before the run: `clean`, `clean[]`. */
  readonly memberships: ReadonlyMap<string, readonly Membership[]>
  /** For each `forEach` task, the tasks that follow it element by element, sorted. */
  readonly followers: ReadonlyMap<string, readonly string[]>
  readonly tasks: ReadonlyMap<string, Task>
}

/** A member's place in a group. `position` is 0-based and fixed, and chooses the shard. */
export interface Membership {
  readonly group: string
  readonly size: number
  readonly position: number
  readonly member: string
}

/** The group that ends the run. */
export const endGroup = 'end'

/** Groups of a workflow. O(tasks + edges · log) once a workflow. */
export function indexReadiness(workflow: Workflow): Readiness {
  const roots: string[] = []
  const starts = new Map<string, string[]>()
  const memberships = new Map<string, Membership[]>()
  const followers = new Map<string, string[]>()
  const join = (group: string, members: readonly string[]): void => {
    members.forEach((member, position) => {
      append(memberships, member, { group, size: members.length, position, member })
    })
  }
  for (const task of workflow.tasks) {
    for (const upstream of eachUpstreams(task)) append(followers, upstream, task.id)
    const marks = predecessorMarks(task)
    if (marks.length === 0) {
      roots.push(task.id)
      continue
    }
    const group = `start:${groupName(marks)}`
    if (!starts.has(group)) join(group, marks)
    append(starts, group, task.id)
  }
  join(
    endGroup,
    workflow.tasks.map((task) => task.id),
  )
  const tasks = new Map(workflow.tasks.map((task) => [task.id, task]))
  return { roots, starts, memberships, followers, tasks }
}

/** The task's predecessors as marks, sorted, each once. */
export function predecessorMarks(task: Task): readonly string[] {
  const marks = new Set(wholePredecessors(task))
  for (const upstream of eachUpstreams(task)) marks.add(`${upstream}[]`)
  return [...marks].sort()
}

/** Tasks that must have ended as a whole before this one starts, sorted, each once. */
export function wholePredecessors(task: Task): readonly string[] {
  return predecessorsBy(task, 'after')
}

/** Tasks that this one follows element by element, sorted, each once. */
export function eachUpstreams(task: Task): readonly string[] {
  return predecessorsBy(task, 'each')
}

/** Groups of the mark of one instance: its expansion's, and those of the instances that follow it. */
export function instanceMemberships(
  readiness: Readiness,
  task: string,
  index: number,
  instances: number,
): readonly Membership[] {
  const member = instanceId(task, index)
  const found: Membership[] = [{ group: `all:${task}`, size: instances, position: index, member }]
  for (const follower of readiness.followers.get(task) ?? []) {
    found.push(elementMembership(readiness, follower, index, member))
  }
  return found
}

/** Groups of the mark "the list of T is known" that are one an instance of T. Empty unless T is element-wise. */
export function expansionMemberships(readiness: Readiness, task: Task, instances: number): readonly Membership[] {
  if (eachUpstreams(task).length === 0) return []
  return Array.from({ length: instances }, (_, index) => elementMembership(readiness, task.id, index, `${task.id}[]`))
}

function elementMembership(readiness: Readiness, task: string, index: number, member: string): Membership {
  const upstreams = eachUpstreams(readiness.tasks.get(task) as Task)
  const members = [`${task}[]`, ...upstreams.map((upstream) => instanceId(upstream, index))]
  return {
    group: `each:${instanceId(task, index)}`,
    size: members.length,
    position: members.indexOf(member),
    member,
  }
}

/** What a group is for, read from its id. */
export type GroupPurpose =
  | { readonly kind: 'start' }
  | { readonly kind: 'each'; readonly task: string; readonly index: number }
  | { readonly kind: 'all'; readonly task: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'shard' }

/** Reads a group's id. @throws when it is none of ours. */
export function purposeOf(group: string): GroupPurpose {
  if (group.includes('/')) return { kind: 'shard' }
  if (group === endGroup) return { kind: 'end' }
  if (group.startsWith('start:')) return { kind: 'start' }
  if (group.startsWith('all:')) return { kind: 'all', task: group.slice(4) }
  const each = /^each:(.+)\[(\d+)\]$/.exec(group)
  if (each === null) throw new Error(`unknown group ${group}`)
  return { kind: 'each', task: each[1] as string, index: Number(each[2]) }
}

/** Where a member is marked: in the group itself, or in one of its shards. */
export interface Shard {
  readonly id: string
  readonly size: number
  readonly shards: number
  /** The shard's name as a member of the group. */
  readonly member: string
}

/** The shard of a member, or `undefined` when the group counts by itself. */
export function shardOf(membership: Membership): Shard | undefined {
  if (membership.size <= shardSize) return undefined
  const number = Math.floor(membership.position / shardSize)
  return {
    id: `${membership.group}/${number}`,
    size: Math.min(shardSize, membership.size - number * shardSize),
    shards: Math.ceil(membership.size / shardSize),
    member: `/${number}`,
  }
}

function predecessorsBy(task: Task, kind: EdgeKind): readonly string[] {
  const found = new Set<string>()
  for (const dependency of dependenciesOf(task)) if (dependency.kind === kind) found.add(dependency.task)
  return [...found].sort()
}

/** Short and readable where it can be, hashed where it can't. */
function groupName(marks: readonly string[]): string {
  const name = marks.join('+')
  return name.length <= 80 ? name : `${marks.length}-${sha256(name).slice(0, 24)}`
}

function append<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
