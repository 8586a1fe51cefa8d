import { z } from 'zod'
import { predictionSchema } from '#contract/api/schemas/run-schema.ts'
import type { PlanPreview } from '#contract/plan-preview.ts'
import type { Placement, Plan } from '#core/planning/plan.ts'
import type { RunId } from '#core/run/ids.ts'

const placementSchema: z.ZodType<Placement> = z
  .object({
    task: z.string(),
    slots: z.array(
      z.object({
        kind: z.enum(['active', 'standby']),
        pool: z.string(),
        reason: z.string(),
        variant: z.string().nullable(),
        resources: z.object({ vcpus: z.number(), memoryMiB: z.number(), gpus: z.number() }),
        timeoutS: z.number().nullable(),
      }),
    ),
    hedgeAfterS: z.number().nullable(),
    rank: z.number(),
    onCriticalPath: z.boolean(),
    predicted: predictionSchema,
    reason: z.string(),
  })
  .meta({ id: 'Placement', description: 'Where a task runs, how often, and why.' })

const draftShape = {
  madeAtMs: z.number(),
  placements: z.record(z.string(), placementSchema),
  criticalPath: z.array(z.string()),
  predicted: z.object({ makespanS: z.object({ p50: z.number(), p90: z.number() }) }),
  notes: z.array(z.string()),
} as const

/** The plan of a run. */
export const planSchema: z.ZodType<Plan> = z
  .object({ run: z.string() as unknown as z.ZodType<RunId>, ...draftShape })
  .meta({ id: 'Plan', description: 'The placements of a whole run; it never changes.' })

const costSchema = z.object({ p50: z.number(), p90: z.number() }).meta({ id: 'CostRange' })

/** What a submission would come to. */
export const planPreviewSchema: z.ZodType<PlanPreview> = z
  .object({
    plan: z.object(draftShape),
    costUsd: costSchema,
    tasks: z.record(z.string(), z.object({ instances: z.int().nullable(), costUsd: costSchema })),
  })
  .meta({ id: 'PlanPreview', description: 'What a submission would come to now; nothing is stored, nothing runs.' })
