import type { AlarmClock } from '#adapters/local/alarm-clock.ts'
import { spotReclaimsPerHour } from '#core/pools/emulation.ts'
import type { Room } from '#core/pools/pool.ts'
import { type Random, seededRandom } from '#core/random.ts'
import { type EnvironmentDetail, isFargate, newAccount } from '#local/batch/account.ts'
import type { Calls } from '#local/batch/api/call.ts'
import { definitionCalls } from '#local/batch/api/definition-calls.ts'
import { environmentCalls } from '#local/batch/api/environment-calls.ts'
import { jobCalls } from '#local/batch/api/job-calls.ts'
import { policyCalls } from '#local/batch/api/policy-calls.ts'
import { queueCalls } from '#local/batch/api/queue-calls.ts'
import { submitJob } from '#local/batch/api/submit-job.ts'
import { tagCalls, type TagCalls } from '#local/batch/api/tag-calls.ts'
import type { Place } from '#local/batch/arns.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'
import { EventDelivery, type EventKnobs } from '#local/batch/events/event-delivery.ts'
import { type JobEvent, jobEventOf } from '#local/batch/events/job-event.ts'
import { Fleet } from '#local/batch/hosts/fleet.ts'
import type { HostEmulation } from '#local/batch/hosts/host.ts'
import { JobRunner, type RunContainer } from '#local/batch/job-runner.ts'
import { JobLife } from '#local/batch/job/job-life.ts'
import { isOver } from '#local/batch/job/job-status.ts'
import type { Job } from '#local/batch/job/job.ts'
import type { Queue } from '#local/batch/queue/queue.ts'
import { Scheduler } from '#local/batch/scheduler.ts'

export interface BatchServiceOptions {
  readonly clock: AlarmClock
  /** What the processes of all jobs may hold together. */
  readonly machine: Room
  /** Fixes ids, start delays, reclaims and the fate of events. */
  readonly seed: string
  readonly runContainer: RunContainer
  /** Takes the events of jobs; see {@link EventDelivery}. */
  readonly onEvent: (event: JobEvent) => Promise<void>
  readonly onError: (error: unknown) => void
  readonly eventKnobs?: Partial<EventKnobs>
  /** @default `aws.batch` */
  readonly eventSource?: string
  /** @default account 000000000000, us-east-1 */
  readonly place?: Place
  /** What stands in for the hosts of an environment. @default {@link hostsOf} */
  readonly emulation?: (environment: { readonly name: string; readonly type: string }) => HostEmulation
  readonly timing?: Partial<BatchTiming>
  /** @default 50 */
  readonly submitsPerS?: number
}

/** How long things take that AWS gives no promise about. */
export interface BatchTiming {
  /** Environments are CREATING, UPDATING, DELETING. */
  readonly settleS: number
  /** They are UPDATING while their hosts are replaced. */
  readonly replaceS: number
  /** Idle hosts stay, unless the environment says more. */
  readonly idleS: number
  /** From STARTING to RUNNING. */
  readonly containerStartS: number
  /** From TERM to KILL. */
  readonly stopGraceS: number
  /** Likewise before a host is taken away; 0: without notice. */
  readonly reclaimGraceS: number
}

const usualTiming: BatchTiming = {
  settleS: 0,
  replaceS: 60,
  idleS: 60,
  containerStartS: 0,
  stopGraceS: 30,
  reclaimGraceS: 0,
}

/** AWS Batch on one machine, without its HTTP. All state is in memory and gone with it. */
export interface BatchService {
  readonly calls: Calls
  readonly tags: TagCalls
  /** Turns the knobs of event delivery. */
  tuneEvents(knobs: Partial<EventKnobs>): void
  /** Takes away the host of a job that is starting or runs; `false` when it has none. */
  reclaimHostOf(jobId: string): boolean
  /** Ends all containers; resolves once none lives. */
  close(): Promise<void>
}

/**
 * What is real: processes, queues, dependencies, retries, and one budget of vCPUs and memory that all jobs draw on. What
 * is emulated: hosts, by the names of instance types, their start, their idle time and their reclaim.
 */
export function createBatchService(options: BatchServiceOptions): BatchService {
  const { clock, seed, onError, place = { account: '000000000000', region: 'us-east-1' } } = options
  const timing = { ...usualTiming, ...options.timing }
  const account = newAccount(place, clock)
  const ids = seededRandom(`${seed}/ids`)
  const events = new EventDelivery({
    clock,
    random: seededRandom(`${seed}/events`),
    sink: options.onEvent,
    knobs: options.eventKnobs,
    onError,
  })
  const policyOf = ({ detail }: Queue) => {
    const policy = account.policies.get(detail.schedulingPolicyArn ?? '')
    return policy && (policy.detail.fairsharePolicy ?? {})
  }
  const life = new JobLife({ clock, jobs: account.jobs, nextTurn: account.nextTurn, onStatus })
  const runner = new JobRunner({
    clock,
    place,
    life,
    run: options.runContainer,
    newTaskId: () => hex(ids, 32),
    ...timing,
    onLeft: (...left) => scheduler.left(...left),
    onError,
  })
  const cancel = (job: Job, reason: string) => life.cancel(job, reason, 'cancelled', () => undefined)
  const terminate = (job: Job, reason: string) =>
    life.cancel(job, reason, 'terminated', (running) => runner.terminate(running, reason))
  const scheduler = new Scheduler({
    account,
    machine: options.machine,
    policyOf,
    start: (...args) => runner.start(...args),
    cancel,
  })
  const onChange = () => scheduler.wake()

  return {
    calls: {
      ...environmentCalls({ account, newFleet, ...timing, onChange }),
      ...queueCalls({ account, terminate, onChange }),
      ...policyCalls(account),
      ...definitionCalls(account),
      ...jobCalls({ account, cancel, terminate }),
      submitjob: submitJob({
        account,
        life,
        newJobId: () => uuid(ids),
        submitsPerS: options.submitsPerS ?? batchLimits.submitsPerS,
      }),
    },
    tags: tagCalls(account),
    tuneEvents: (knobs) => events.tune(knobs),
    reclaimHostOf: (jobId) => {
      const fleets = [...account.environments.values()].map(({ fleet }) => fleet)
      return fleets.some((fleet) => fleet.reclaimHostOf(jobId))
    },
    close: async () => {
      scheduler.close()
      await runner.close()
      for (const { fleet } of account.environments.values()) fleet.close()
      await events.close()
    },
  }

  function newFleet(detail: EnvironmentDetail): Fleet {
    const { emulation = hostsOf } = options
    const { computeEnvironmentName: name } = detail
    return new Fleet({
      clock,
      emulation: emulation({ name, type: detail.computeResources.type ?? 'EC2' }),
      random: seededRandom(`${seed}/hosts/${name}`),
      settings: () => {
        const { minvCpus = 0, maxvCpus = 0, instanceTypes = [], scalingPolicy } = detail.computeResources
        const delayS = (scalingPolicy?.minScaleDownDelayMinutes ?? 0) * 60
        const { idleS } = timing
        return {
          minVcpus: minvCpus,
          maxVcpus: maxvCpus,
          instanceTypes,
          idleS,
          idleAfterRunS: Math.max(idleS, delayS),
          isFargate: isFargate(detail.computeResources),
        }
      },
      onRoom: onChange,
      onReclaimed: ({ jobs }) => {
        for (const id of jobs) runner.loseHost(id)
      },
    })
  }

  function onStatus(job: Job): void {
    const { queue: name, share } = job.spec
    const queue = account.queues.get(name)
    if (job.status === 'RUNNABLE') {
      queue?.runnable.add(job)
      scheduler.wake()
    } else queue?.runnable.delete(job)
    if (queue !== undefined && share !== undefined && job.array?.kind !== 'child') countShare(queue, share, job)
    events.send(jobEventOf(job, uuid(ids), clock.nowMs(), place, options.eventSource ?? 'aws.batch'))
  }
}

/** The hosts of an environment unless its user says otherwise: 2 s to come; those of spot are taken away now and then. */
function hostsOf({ type }: { readonly type: string }): HostEmulation {
  const isSpot = type === 'SPOT' || type === 'FARGATE_SPOT'
  return {
    startDelay: { kind: 'fixed', seconds: 2 },
    reclaim: isSpot ? { kind: 'rate', perHour: spotReclaimsPerHour } : { kind: 'never' },
  }
}

function countShare({ shares }: Queue, share: string, { status }: Job): void {
  const jobs = shares.get(share) ?? 0
  if (status === 'SUBMITTED') shares.set(share, jobs + 1)
  else if (isOver(status)) {
    if (jobs > 1) shares.set(share, jobs - 1)
    else shares.delete(share)
  }
}

function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random.next() * 16).toString(16)).join('')
}

function uuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((digits) => hex(random, digits)).join('-')
}
