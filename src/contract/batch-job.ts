import { z } from 'zod'
import { slotSchema } from '#contract/clone-requests.ts'
import type { SlotRef } from '#core/run/ids.ts'

/** Variables of a container that its agent starts from; all else it asks for. */
export const batchEnvironment = { clone: 'FORKCAST_CLONE_ID', token: 'FORKCAST_CLONE_TOKEN' } as const

/** Whose job it is: travels with the job, as a parameter that no command names, into descriptions and events. */
export interface BatchClone {
  readonly job: string
  readonly slot: SlotRef
  readonly pool: string
}

const cloneSchema = z.strictObject({ job: z.string().min(1), slot: slotSchema, pool: z.string().min(1) })

/** Others may submit jobs to the same account. */
const names = { clone: 'forkcast-clone', submission: 'forkcast-submission' } as const

/** The parameters of a job of a clone. `submission` names the act that submitted it. */
export function batchParameters(clone: BatchClone, submission: string): Readonly<Record<string, string>> {
  return { [names.clone]: JSON.stringify(clone), [names.submission]: submission }
}

/** Containers of a job that has two. */
export const batchContainerNames = { init: 'forkcast-runtime', clone: 'clone' } as const

const container = z.object({ exitCode: z.int().nullish(), reason: z.string().nullish() })

/** What is read of a job as DescribeJobs and its events tell it. Times are milliseconds since 1970; 0 is none. */
const jobSchema = z.object({
  status: z.string(),
  statusReason: z.string().nullish(),
  createdAt: z.number(),
  startedAt: z.number().nullish(),
  stoppedAt: z.number().nullish(),
  parameters: z.record(z.string(), z.string()).nullish(),
  container: container.nullish(),
  /** Of jobs with several containers, in their place. */
  ecsProperties: z
    .object({
      taskProperties: z
        .array(z.object({ containers: z.array(container.extend({ name: z.string().nullish() })).nullish() }))
        .nullish(),
    })
    .nullish(),
})

/**
 * The container that the end of a job is told by: the clone's; of several, one before it that failed, since the clone's is never
 * started then.
 */
function containerOf({ container: only, ecsProperties }: z.output<typeof jobSchema>): z.output<typeof container> {
  if (only) return only
  const containers = ecsProperties?.taskProperties?.[0]?.containers ?? []
  const named = (name: string) => containers.find((one) => one.name === name)
  const init = named(batchContainerNames.init)
  const isInitAtFault = init !== undefined && (init.exitCode ?? 0) !== 0
  return (isInitAtFault ? init : named(batchContainerNames.clone)) ?? {}
}

/** A job of a clone as Batch knows it. */
export interface BatchJob {
  readonly clone: BatchClone
  readonly submission: string
  /** `null`: it has not started. */
  readonly startedAtMs: number | null
  /** `null`: it has not ended. */
  readonly ended: BatchJobEnded | null
}

/** How a job of a clone ended, in the words of the port for pools. */
export interface BatchJobEnded extends BatchClone {
  readonly atMs: number
  readonly billedS: number
  readonly exitCode: number | null
  readonly reason: string
}

/**
 * A job as Batch describes it; `undefined` when it is no clone's. The reason is what Batch says of the job, and behind a colon
 * what ECS says of its container. @throws when it is no job, or its clone is none.
 */
export function readBatchJob(described: unknown): BatchJob | undefined {
  const job = jobSchema.parse(described)
  const { status, statusReason, createdAt, startedAt, stoppedAt, parameters } = job
  const text = parameters?.[names.clone]
  if (text === undefined) return undefined
  const clone: BatchClone = cloneSchema.parse(JSON.parse(text))
  const submission = parameters?.[names.submission] ?? ''
  const startedAtMs = startedAt == null || startedAt === 0 ? null : startedAt
  if (status !== 'SUCCEEDED' && status !== 'FAILED') return { clone, submission, startedAtMs, ended: null }
  // Batch promises the time of an end only to jobs that have run.
  const atMs = stoppedAt == null || stoppedAt === 0 ? (startedAtMs ?? createdAt) : stoppedAt
  const told = containerOf(job)
  const ended = {
    ...clone,
    atMs,
    billedS: startedAtMs === null ? 0 : Math.max(0, atMs - startedAtMs) / 1000,
    exitCode: told.exitCode ?? null,
    reason: [statusReason, told.reason].filter((words) => words != null && words !== '').join(': '),
  }
  return { clone, submission, startedAtMs, ended }
}

const eventSchema = z.object({ 'detail-type': z.literal('Batch Job State Change'), detail: z.unknown() })

/** Reads the job of a change of state as EventBridge tells it. @throws when the text is none. */
export function readBatchJobEvent(text: string): BatchJob | undefined {
  return readBatchJob(eventSchema.parse(JSON.parse(text)).detail)
}
