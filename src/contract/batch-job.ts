import { z } from 'zod'
import { slotSchema } from '#contract/clone-requests.ts'
import { isMembersText, memberAt } from '#core/dispatch/array-members.ts'
import { childJob } from '#core/dispatch/job-names.ts'
import type { RunId, SlotRef } from '#core/run/ids.ts'

/**
 * Variables of a container that its agent starts from; all else it asks for. Those of an array's children are equal but for the index, which
 * is Batch's own: each finds by it who of the array it is, and completes the token.
 */
export const batchEnvironment = {
  clone: 'FORKCAST_CLONE_ID',
  array: 'FORKCAST_ARRAY',
  token: 'FORKCAST_CLONE_TOKEN',
  index: 'AWS_BATCH_JOB_ARRAY_INDEX',
} as const

/** Whose job it is: travels with the job, as a parameter that no command names, into descriptions and events. */
export interface BatchClone {
  readonly job: string
  readonly slot: SlotRef
  readonly pool: string
}

const text = z.string().min(1)
const cloneSchema = z.strictObject({ job: text, slot: slotSchema, pool: text })

/** Whose jobs the children of an array are. */
export interface BatchArray {
  readonly array: string
  readonly run: RunId
  /** By index, as `membersText` writes them. */
  readonly members: string
}

/** What a child finds of its array in its environment. */
export const arraySchema = z.strictObject({
  array: text,
  run: slotSchema.shape.run,
  members: text.refine(isMembersText, 'write who its members are'),
}) satisfies z.ZodType<BatchArray>

const arrayOfPool = arraySchema.extend({ pool: text })

/** Who of an array has an index; `undefined`: nobody. */
export function cloneOfArray({ array, run, members }: BatchArray, index: number): Omit<BatchClone, 'pool'> | undefined {
  const member = memberAt(members, index)
  return member == null ? undefined : { job: childJob({ array, index }), slot: { run, ...member } }
}

/** Others may submit jobs to the same account. */
const names = { clone: 'forkcast-clone', array: 'forkcast-array', submission: 'forkcast-submission' } as const

/** The parameters of a job of a clone, or of an array of them. `submission` names the act that submitted it. */
export function batchParameters(
  whose: BatchClone | (BatchArray & { readonly pool: string }),
  submission: string,
): Readonly<Record<string, string>> {
  return { [names['array' in whose ? 'array' : 'clone']]: JSON.stringify(whose), [names.submission]: submission }
}

/** The act that submitted a job, as its description tells it; `undefined` when it is none of ours. */
export function submissionOf({ parameters }: { readonly parameters?: Readonly<Record<string, string>> | undefined }) {
  return parameters?.[names.submission]
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
  /** Of an array and its children; only these have an index. */
  arrayProperties: z.object({ index: z.int().nonnegative().nullish() }).nullish(),
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
 * A job as Batch describes it; `undefined` when it is no clone's, as an array as a whole, and a child that nobody has. The reason is what Batch says of the job, and behind a colon
 * what ECS says of its container. @throws when it is no job, or its clone is none.
 */
export function readBatchJob(described: unknown): BatchJob | undefined {
  const job = jobSchema.parse(described)
  const { status, statusReason, createdAt, startedAt, stoppedAt } = job
  const clone = cloneOf(job)
  if (clone === undefined) return undefined
  const startedAtMs = startedAt == null || startedAt === 0 ? null : startedAt
  if (status !== 'SUCCEEDED' && status !== 'FAILED') return { clone, startedAtMs, ended: null }
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
  return { clone, startedAtMs, ended }
}

function cloneOf({ parameters, arrayProperties }: z.output<typeof jobSchema>): BatchClone | undefined {
  const clone = parameters?.[names.clone]
  if (clone !== undefined) return cloneSchema.parse(JSON.parse(clone))
  const array = parameters?.[names.array]
  const index = arrayProperties?.index
  if (array === undefined || index == null) return undefined
  const { pool, ...of } = arrayOfPool.parse(JSON.parse(array))
  const child = cloneOfArray(of, index)
  return child && { ...child, pool }
}

const eventSchema = z.object({ 'detail-type': z.literal('Batch Job State Change'), detail: z.unknown() })

/** Reads the job of a change of state as EventBridge tells it. @throws when the text is none. */
export function readBatchJobEvent(text: string): BatchJob | undefined {
  return readBatchJob(eventSchema.parse(JSON.parse(text)).detail)
}
