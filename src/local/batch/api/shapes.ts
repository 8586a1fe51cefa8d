import { z } from 'zod'
import { notEmulated, refuse } from '#local/batch/batch-fault.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'

/** What requests of several kinds have in them. Members that are not named are let through, as AWS does. */
export const resourceName = z.string().regex(/^[A-Za-z0-9][\w-]{0,127}$/, 'should match valid pattern')
export const tags = z
  .record(z.string().min(1).max(128), z.string().max(256))
  .refine((all) => Object.keys(all).length <= batchLimits.tags, {
    error: `at most ${batchLimits.tags} tags`,
  })
export const parameters = z.record(z.string(), z.string())
export const whole = (min: number, max: number) => z.int().min(min).max(max)
export const state = z.enum(['ENABLED', 'DISABLED'])
export const share = z.string().regex(/^[A-Za-z0-9]{1,255}$/, 'should be alphanumeric')
export const shareOrPrefix = z.string().regex(/^[A-Za-z0-9]{1,255}\*?$/, 'should be alphanumeric')
export const describedNames = z
  .array(z.string())
  .max(batchLimits.describedAtOnce, `at most ${batchLimits.describedAtOnce} at once`)
export const described = {
  maxResults: whole(1, batchLimits.describedAtOnce).optional(),
  nextToken: z.string().optional(),
}

export const retryStrategy = z
  .looseObject({
    attempts: whole(1, batchLimits.attempts).optional(),
    evaluateOnExit: z
      .array(
        z.looseObject({
          action: z.string().regex(/^(retry|exit)$/i, 'is RETRY or EXIT'),
          onStatusReason: z
            .string()
            .max(512)
            .regex(/^[A-Za-z0-9.:\s]*\*?$/)
            .optional(),
          onReason: z
            .string()
            .max(512)
            .regex(/^[A-Za-z0-9.:\s]*\*?$/)
            .optional(),
          onExitCode: z
            .string()
            .max(512)
            .regex(/^[0-9]*\*?$/)
            .optional(),
        }),
      )
      .max(batchLimits.exitRules)
      .optional(),
  })
  .refine(({ attempts, evaluateOnExit = [] }) => evaluateOnExit.length === 0 || attempts !== undefined, {
    error: 'evaluateOnExit needs attempts',
  })

export const timeout = z.looseObject({ attemptDurationSeconds: z.int().min(batchLimits.timeoutMinS) })
const resourceRequirements = z
  .array(z.looseObject({ type: z.enum(['VCPU', 'MEMORY', 'GPU']), value: z.string() }))
  .refine((all) => new Set(all.map(({ type }) => type)).size === all.length, { error: 'each type once' })
const environment = z.array(
  z.looseObject({
    name: z
      .string()
      .refine((name) => !name.startsWith('AWS_BATCH'), { error: 'AWS_BATCH is reserved' })
      .optional(),
    value: z.string().optional(),
  }),
)

/** What the container of a definition and the overrides of a submission both may say. */
export const container = {
  command: z.array(z.string()).optional(),
  environment: environment.optional(),
  resourceRequirements: resourceRequirements.optional(),
  vcpus: z.int().min(1).optional(),
  memory: z.int().min(4).optional(),
}

/** A request that is of a shape. @throws BatchFault with the first thing that is not. */
export function checked<T>(shape: z.ZodType, body: unknown): T {
  const { success, error } = shape.safeParse(body)
  if (success) return body as T
  const { path = [], message = 'not valid' } = error.issues[0] ?? {}
  refuse(`${path.length === 0 ? 'The request' : path.join('.')}: ${message}`)
}

/** Refuses members that AWS knows and nothing here would act on. @throws BatchFault */
export function without(request: object, names: readonly string[]): void {
  for (const [name, value] of Object.entries(request)) {
    if (names.includes(name) && value !== null && value !== undefined) notEmulated(name)
  }
}
