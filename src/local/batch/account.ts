import type {
  ComputeEnvironmentDetail,
  ComputeResource,
  JobDefinition,
  SchedulingPolicyDetail,
} from '@aws-sdk/client-batch'
import type { AlarmClock } from '#adapters/local/alarm-clock.ts'
import { nameIn, type Place } from '#local/batch/arns.ts'
import { refuse } from '#local/batch/batch-fault.ts'
import type { Fleet } from '#local/batch/hosts/fleet.ts'
import type { Job } from '#local/batch/job/job.ts'
import type { Queue } from '#local/batch/queue/queue.ts'

/** All that the account of an endpoint holds, in memory: it is gone with the endpoint. */
export interface Account {
  readonly place: Place
  readonly clock: AlarmClock
  /** The next place in the order of all that was ever made here. */
  readonly nextTurn: () => number
  readonly environments: Map<string, Environment>
  readonly queues: Map<string, Queue>
  /** By ARN. */
  readonly policies: Map<string, Policy>
  /** Revisions by name, the first one at 0. */
  readonly definitions: Map<string, Definition[]>
  readonly jobs: Map<string, Job>
}

/** An environment as it is described; updates change it in place. */
export type EnvironmentDetail = ComputeEnvironmentDetail & {
  computeEnvironmentName: string
  computeResources: ComputeResource
}

export interface Environment {
  readonly name: string
  readonly turn: number
  readonly detail: EnvironmentDetail
  readonly fleet: Fleet
}

export interface Policy {
  readonly turn: number
  readonly detail: SchedulingPolicyDetail
}

export interface Definition {
  readonly turn: number
  readonly detail: JobDefinition
}

export function newAccount(place: Place, clock: AlarmClock): Account {
  let turns = 0
  return {
    place,
    clock,
    nextTurn: () => turns++,
    environments: new Map(),
    queues: new Map(),
    policies: new Map(),
    definitions: new Map(),
    jobs: new Map(),
  }
}

/** An environment by name or ARN. @throws BatchFault when there is none. */
export function environmentOf({ environments }: Account, reference: string): Environment {
  return environments.get(nameIn(reference)) ?? refuse(`Compute environment ${reference} does not exist`)
}

/** A queue by name or ARN. @throws BatchFault when there is none. */
export function queueOf({ queues }: Account, reference: string): Queue {
  return queues.get(nameIn(reference)) ?? refuse(`JobQueue ${reference} does not exist`)
}

/** A job by its id. @throws BatchFault when there is none. */
export function jobOf({ jobs }: Account, id: string): Job {
  return jobs.get(id) ?? refuse(`Job ${id} does not exist`)
}

/** Whether an environment launches Fargate tasks rather than hosts. */
export function isFargate({ type }: Pick<ComputeResource, 'type'>): boolean {
  return type === 'FARGATE' || type === 'FARGATE_SPOT'
}
