import { z } from 'zod'
import { jsonSchema, runIdSchema, sha256Schema, timeSchema } from '#contract/api/schemas/scalars.ts'
import type { AttemptDocument, RunDocument, SlotDocument, TaskDocument } from '#contract/run-document.ts'
import { causes } from '#core/failure/cause.ts'
import { remedyKinds } from '#core/failure/remedy-kind.ts'
import { runStates } from '#core/run/run.ts'
import { slotStates, waitReasons } from '#core/run/slot.ts'
import { attemptStates, taskStates } from '#core/run/task.ts'

const seconds = z.number().nonnegative().nullable()
const usd = z.number().nonnegative()
const cause = z.enum(causes).nullable()
const quantiles = z.object({ p50: z.number(), p90: z.number(), p99: z.number() }).meta({ id: 'Quantiles' })

const basisSchema = z
  .union([
    z.object({ kind: z.literal('history'), samples: z.int().nonnegative() }),
    z.object({ kind: z.enum(['estimate', 'none']) }),
  ])
  .meta({ id: 'Basis', description: 'Where a prediction comes from.' })

/** What one clone is expected to take. */
export const predictionSchema = z
  .object({ durationS: quantiles, memoryMiB: quantiles, basis: basisSchema })
  .meta({ id: 'Prediction' })

const slotSchema: z.ZodType<SlotDocument> = z
  .object({
    clone: z.int().nonnegative(),
    variant: z.string().nullable(),
    kind: z.enum(['active', 'standby']),
    state: z.enum(slotStates),
    pool: z.string(),
    reason: z.string(),
    why: z.string().nullable(),
    waitingFor: z.enum(waitReasons).nullable(),
    startedAt: timeSchema.nullable(),
    endedAt: timeSchema.nullable(),
    timesS: z.object({
      waiting: seconds,
      starting: seconds,
      stagingIn: seconds,
      running: seconds,
      stagingOut: seconds,
    }),
    bytesIn: z.int().nonnegative(),
    bytesOut: z.int().nonnegative(),
    cpuS: seconds,
    peakMemoryMiB: z.number().nullable(),
    usageBasis: z.enum(['exact', 'sampled', 'none']),
    exitCode: z.int().nullable(),
    cause,
    evidence: z.string().nullable(),
    costUsd: usd,
  })
  .meta({ id: 'Slot', description: 'A place for a clone, and what became of it.' })

const attemptSchema: z.ZodType<AttemptDocument> = z
  .object({
    number: z.int().positive(),
    state: z.enum(attemptStates),
    cause,
    confidence: z.enum(['certain', 'likely', 'possible']).nullable(),
    evidence: z.string().nullable(),
    remedy: z.enum(remedyKinds).nullable(),
    reason: z.string().nullable(),
    decision: z.string().nullable(),
    slots: z.array(slotSchema),
  })
  .meta({ id: 'Attempt', description: 'One try at a task.' })

/** A task as users see it. */
export const taskDocumentSchema: z.ZodType<TaskDocument> = z
  .object({
    id: z.string(),
    state: z.enum(taskStates),
    key: z.string().nullable(),
    waitingFor: z.enum([...waitReasons, 'predecessors', 'person']).nullable(),
    reusedFrom: runIdSchema.nullable(),
    error: z.string().nullable(),
    reason: z.string().nullable(),
    onCriticalPath: z.boolean(),
    needs: z.array(z.string()),
    predicted: predictionSchema.nullable(),
    attempts: z.array(attemptSchema),
  })
  .meta({ id: 'Task', description: 'A task, or one instance of a `forEach` task.' })

const counts = Object.fromEntries(taskStates.map((state) => [state, z.int().nonnegative()])) as Record<
  (typeof taskStates)[number],
  z.ZodInt
>

/** A run as users see it, without its tasks. */
export const runDocumentSchema: z.ZodType<Omit<RunDocument, 'tasks'>> = z
  .object({
    schemaVersion: z.literal(1),
    id: runIdSchema,
    tenant: z.string(),
    workflow: z.string(),
    workflowHash: sha256Schema,
    params: z.record(z.string(), jsonSchema),
    labels: z.record(z.string(), z.string()),
    priority: z.number(),
    deadline: z.number().nullable().meta({ description: 'Seconds from submission.' }),
    budgetUsd: z.number().nullable(),
    reservedUsd: usd,
    state: z
      .enum([...runStates, 'interrupted'])
      .meta({ description: '`interrupted`: the run is not over, and no engine works on it.' }),
    planId: sha256Schema.nullable(),
    retryOf: runIdSchema.nullable(),
    error: z.string().nullable(),
    createdAt: timeSchema,
    finishedAt: timeSchema.nullable(),
    makespanS: seconds,
    costUsd: usd,
    wastedCostUsd: usd,
    counts: z.object(counts).meta({ description: 'Tasks and instances by state.' }),
    damage: z.string().exactOptional().meta({
      description:
        'Of a run in a list: what of it is not as it was written. Tasks that were never ready are not counted then.',
    }),
  })
  .meta({ id: 'Run', description: 'One submission of a workflow.' })
