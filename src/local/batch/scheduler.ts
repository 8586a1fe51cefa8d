import type { Room } from '#core/pools/pool.ts'
import { fits, giveBack, take } from '#core/pools/room.ts'
import { type Account, type Environment, isFargate } from '#local/batch/account.ts'
import { nameIn } from '#local/batch/arns.ts'
import type { NoHost } from '#local/batch/hosts/fleet.ts'
import type { Host } from '#local/batch/hosts/host.ts'
import type { Berth, JobRunner } from '#local/batch/job-runner.ts'
import type { Job } from '#local/batch/job/job.ts'
import { blocked, type Blocked, reasons } from '#local/batch/job/status-reasons.ts'
import type { PolicyOf, Queue } from '#local/batch/queue/queue.ts'
import type { Standing } from '#local/batch/queue/runnable-jobs.ts'
import { reservedPart } from '#local/batch/queue/share-usage.ts'

export interface SchedulerOptions {
  readonly account: Account
  /** What the processes of all jobs may hold together. */
  readonly machine: Room
  readonly policyOf: PolicyOf
  readonly start: JobRunner['start']
  readonly cancel: (job: Job, reason: string) => void
}

/** What one look at the queues has promised: hosts that are still to come are not given to two jobs at once. */
interface Look {
  machine: Room
  readonly promised: Map<Host, Room>
}

/**
 * Gives RUNNABLE jobs their places. Queues of a higher priority go first; a queue's environments are tried in their order,
 * each for a host with room and then for a new one. The job at the head of a queue waits, and all behind it, until there
 * is room; one that the machine has no room for stops all queues, so that small jobs never starve a large one.
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  #free: Room
  #isAwake = false
  #isClosed = false

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#free = options.machine
  }

  /** Something has changed: looks at the queues soon. */
  wake(): void {
    if (this.#isAwake || this.#isClosed) return
    this.#isAwake = true
    const { clock } = this.#options.account
    clock.at(clock.nowMs(), () => {
      this.#isAwake = false
      if (!this.#isClosed) this.#look()
    })
  }

  /** A job has left its place, for whatever reason. */
  left(job: Job, berth: Berth, ranS: number): void {
    const { account, policyOf } = this.#options
    const { resources, share = '', queue: name } = job.spec
    this.#free = giveBack(resources, this.#free)
    const queue = account.queues.get(name)
    if (queue !== undefined) {
      queue.usage.end(share, resources.vcpus, ranS, policyOf(queue) ?? {}, account.clock.nowMs())
    }
    account.environments.get(berth.environment)?.fleet.release(job.id, resources, berth.host)
    this.wake()
  }

  close(): void {
    this.#isClosed = true
  }

  #look(): void {
    const queues = [...this.#options.account.queues.values()]
    const look: Look = { machine: this.#free, promised: new Map() }
    for (const queue of queues.sort((a, b) => b.detail.priority - a.detail.priority || a.turn - b.turn)) {
      if (!this.#serve(queue, look)) return
    }
  }

  /** Serves a queue as far as there is room; `false` when the machine has none for the job whose turn it is. */
  #serve(queue: Queue, look: Look): boolean {
    let stuck: { readonly job: Job; readonly reason: Blocked } | undefined
    let isMachineFull = false
    for (const job of queue.runnable.inTurn(this.#standingIn(queue))) {
      const { resources } = job.spec
      if (!fits(resources, this.#options.machine)) stuck = { job, reason: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT' }
      else if (!fits(resources, look.machine)) isMachineFull = true
      else {
        const found = this.#berthFor(queue, job, look)
        if (typeof found === 'object') {
          look.machine = take(resources, look.machine)
          this.#give(queue, job, found, look)
          continue
        }
        if (found !== undefined) stuck = { job, reason: found }
      }
      break
    }
    this.#setStuck(queue, stuck)
    return !isMachineFull
  }

  #give(queue: Queue, job: Job, berth: Berth, { promised }: Look): void {
    const { resources, share = '' } = job.spec
    const { host } = berth
    if (!host.isReady) return void promised.set(host, take(resources, promised.get(host) ?? host.free))
    this.#free = take(resources, this.#free)
    queue.usage.start(share, resources.vcpus)
    this.#options.account.environments.get(berth.environment)?.fleet.place(job.id, resources, host)
    this.#options.start(job, berth)
  }

  /** A place for a job; or why there is none and will be none, as far as that can be told. */
  #berthFor(queue: Queue, job: Job, { promised }: Look): Berth | Blocked | undefined {
    const { resources } = job.spec
    const environments = this.#environmentsOf(queue)
    if (this.#isReserved(queue, job, environments)) return undefined
    const freeOf = (host: Host) => promised.get(host) ?? host.free
    const whys: NoHost[] = []
    for (const environment of environments) {
      const { name, fleet, detail } = environment
      const host = fleet.hostFor(resources, freeOf) ?? fleet.launchFor(resources)
      if (typeof host === 'object') return { host, environment: name, isFargate: isFargate(detail.computeResources) }
      whys.push(host)
    }
    return blockedBy(whys)
  }

  #environmentsOf({ detail }: Queue): readonly Environment[] {
    const { environments } = this.#options.account
    return detail.computeEnvironmentOrder
      .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))
      .flatMap(({ computeEnvironment = '' }) => environments.get(nameIn(computeEnvironment)) ?? [])
      .filter(({ detail: { state, status } }) => state === 'ENABLED' && (status === 'VALID' || status === 'UPDATING'))
  }

  /** Whether what is left is kept for shares that have no jobs yet. */
  #isReserved(queue: Queue, { spec }: Job, environments: readonly Environment[]): boolean {
    const policy = this.#options.policyOf(queue)
    const part = policy === undefined ? 0 : reservedPart(policy, queue.shares.size)
    if (part === 0) return false
    const all = environments.reduce((sum, { detail }) => sum + (detail.computeResources.maxvCpus ?? 0), 0)
    return queue.usage.vcpus + spec.resources.vcpus > all * (1 - part)
  }

  #standingIn(queue: Queue): Standing {
    const { account, policyOf } = this.#options
    const policy = policyOf(queue)
    return (share) => (policy === undefined ? 0 : queue.usage.weighted(share, policy, account.clock.nowMs()))
  }

  /** Says at the head of a queue why it is stuck, and does what the queue says of jobs that stay so. */
  #setStuck(queue: Queue, stuck: { readonly job: Job; readonly reason: Blocked } | undefined): void {
    const before = queue.stuck
    if (before?.job === stuck?.job && before?.reason === stuck?.reason) return
    for (const cancel of before?.cancelAlarms ?? []) cancel()
    if (before?.job.status === 'RUNNABLE') before.job.statusReason = undefined
    queue.stuck = undefined
    if (stuck === undefined) return
    const { job, reason } = stuck
    const { account, cancel } = this.#options
    job.statusReason = `${reason} - ${blocked[reason]}`
    const actions = queue.detail.jobStateTimeLimitActions?.filter((action) => action.reason === reason) ?? []
    const cancelAlarms = actions.map(({ maxTimeSeconds = 0 }) =>
      account.clock.at(account.clock.nowMs() + maxTimeSeconds * 1000, () => cancel(job, reasons.limitAction(reason))),
    )
    queue.stuck = { job, reason, cancelAlarms }
  }
}

/** What AWS tells of a job that no environment has a host for; nothing while one of them is only full. */
function blockedBy(whys: readonly NoHost[]): Blocked | undefined {
  if (whys.length === 0 || whys.includes('full')) return undefined
  if (whys.includes('unavailable')) return 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY'
  if (whys.includes('above-max')) return 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE'
  return 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT'
}
