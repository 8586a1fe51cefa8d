import { z } from 'zod'
import { LIMITS } from '#core/workflow/limits.ts'
import { aggregateSchema } from '#core/workflow/schema/aggregate-schema.ts'
import { conditionSchema } from '#core/workflow/schema/condition-schema.ts'
import { eachSourceSchema, inputSchema, outputSchema } from '#core/workflow/schema/input-output.ts'
import { retrySchema } from '#core/workflow/schema/retry-schema.ts'
import {
  blob,
  dataSize,
  duration,
  integer,
  memory,
  NAME_PATTERN,
  number,
  oneOf,
  path,
  text,
  VARIABLE_PATTERN,
} from '#core/workflow/schema/scalars.ts'
import { secretSchema } from '#core/workflow/schema/secret-schema.ts'

const flag = () => z.boolean('true or false')
const name = () => z.string('a name').regex(NAME_PATTERN, 'a name')

const commandSchema = z.union(
  [
    text(1, LIMITS.commandBytes.value).describe('A script, run as `sh -eu -c`.'),
    z
      .array(z.string('a text'))
      .min(1, 'a list of at least one argument')
      .max(LIMITS.commandArguments.value, `a list of at most ${LIMITS.commandArguments.value} arguments`)
      .describe('A program and its arguments, run with no shell.'),
  ],
  'a script, or a list of a program and its arguments',
)

/** A field that is part of the format but refused by this version, so that its meaning can never be another. */
function later<Schema extends z.ZodType>(schema: Schema, meaning: string) {
  return schema.describe(`${meaning} Refused: not run by this version.`).optional()
}

/** The folder that becomes a task's working directory. */
export const codeSchema = z
  .union([path(), z.strictObject({ blob: blob().describe('The hash of an uploaded folder.') })], 'a folder, or `none`')
  .describe('A folder below the workflow file, packed by content hash, or `none`. Default: the folder of the file.')

const imageSchema = z
  .string('the name of a container image')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,511}$/, 'the name of a container image')
  .describe('The container image to run in. Not used locally.')

const resourcesSchema = z
  .strictObject({
    vcpus: number(0.1, LIMITS.vcpus.value).describe('Default: 1. May be a fraction.').optional(),
    memory: memory().describe('As `512MiB`, `2GiB` or a number of MiB. Default: 512MiB.').optional(),
    gpus: integer(0, LIMITS.gpus.value).describe('Default: 0.').optional(),
    gpuType: later(text(1, 63), 'The kind of GPU.'),
    disk: later(memory(), 'Room on the disk.'),
    network: later(text(1, 63), 'Speed of the network.'),
    sharedMemory: later(memory(), 'Size of /dev/shm.'),
    arch: later(oneOf(['x86_64', 'arm64']), 'The instruction set.'),
  })
  .describe('What one clone of the task may use.')

const clonesSchema = z
  .union(
    [integer(1, LIMITS.clones.value), z.literal('auto')],
    `a whole number from 1 to ${LIMITS.clones.value}, or \`auto\``,
  )
  .describe('How many identical clones race from the start. Default: 1.')

const hedgeSchema = z
  .union(
    [
      z.enum(['auto', 'off']),
      z.strictObject({
        after: z
          .union(
            [
              duration(0, LIMITS.timeoutS.value),
              z
                .string()
                .regex(/^p[1-9]\d?(?:\.\d{1,3})?$/)
                .transform((given) => ({ quantile: Number(`${given.slice(1)}e-2`) })),
            ],
            'a quantile from `p1` to `p99.999`, or a duration such as `30s`',
          )
          .describe('A quantile of the predicted duration, as `p90`, or a duration, as `30s`.'),
      }),
    ],
    '`auto`, `off`, `{ after: p90 }` or `{ after: 30s }`',
  )
  .describe('When a standby clone joins. Default: auto.')

const poolSchema = z
  .strictObject({
    accelerator: oneOf(['cpu', 'gpu', 'any']).describe('The kind of machine.').optional(),
    tier: oneOf(['hot', 'warm', 'cold', 'any'])
      .describe('How soon the pool starts a task: hot at once, cold last.')
      .optional(),
    purchase: oneOf(['on-demand', 'spot', 'any']).describe('Spot is cheaper and may be reclaimed.').optional(),
  })
  .describe('Where to run. What is left out, or `any`, is the planner’s choice.')

const variableName = () => z.string().regex(VARIABLE_PATTERN)

const envSchema = z
  .record(variableName(), z.string('a text; quote numbers, true and false'))
  .describe('Environment variables of the command.')

const timeoutSchema = duration(1, LIMITS.timeoutS.value).describe('How long one try may run, as `10m`.')

const TOLERANCE = `a number from 0 to ${LIMITS.instances.value}, or a share from \`0%\` to \`100%\``

const mapOf = <Value extends z.ZodType>(value: Value) => z.record(name(), value)

const variantSchema = z
  .strictObject({
    run: commandSchema.optional(),
    image: imageSchema.optional(),
    resources: resourcesSchema.optional(),
    env: envSchema.optional(),
  })
  .describe('One way to do the task. `resources` and `env` are merged into the task’s key by key.')

/** What tasks have in common. */
export const defaultsSchema = z
  .strictObject({
    image: imageSchema.optional(),
    resources: resourcesSchema.optional(),
    retry: retrySchema.optional(),
    timeout: timeoutSchema.optional(),
    clones: clonesSchema.optional(),
    hedge: hedgeSchema.optional(),
    pool: poolSchema.optional(),
    env: envSchema.optional(),
  })
  .describe('What every task starts from. `resources`, `retry`, `pool` and `env` are merged key by key.')

/** One task as a user writes it. */
export const taskSchema = z
  .strictObject({
    run: commandSchema.optional(),
    code: codeSchema.optional(),
    image: imageSchema.optional(),
    forEach: mapOf(eachSourceSchema)
      .describe(
        'Repeats the task over lists; `$EACH_<NAME>` is the item. Several keys: their product, or pairs with `zip`.',
      )
      .optional(),
    zip: flag().describe('Pairs the lists of `forEach` item by item. Default: false.').optional(),
    key: text(0, LIMITS.pathLength.value)
      .describe(
        'JSON pointer into an item of `forEach`: the unique key of its instance. With several keys it starts with the name of one.',
      )
      .optional(),
    needs: z.array(name()).describe('Tasks to wait for. What `from` and `each` name is waited for anyway.').optional(),
    inputs: mapOf(inputSchema).describe('What the task reads.').optional(),
    outputs: mapOf(outputSchema).describe('What the task leaves.').optional(),
    env: envSchema.optional(),
    secrets: z
      .record(variableName(), secretSchema)
      .describe('Environment variables whose values are looked up when the task runs, and kept nowhere.')
      .optional(),
    estimate: z
      .strictObject({
        duration: duration(0, LIMITS.timeoutS.value).describe('As `20s`.').optional(),
        memory: memory().describe('As `300MiB`.').optional(),
        output: dataSize().describe('All outputs together, as `5MiB`.').optional(),
      })
      .describe('What you believe it takes, until history knows better.')
      .optional(),
    resources: resourcesSchema.optional(),
    clones: clonesSchema.optional(),
    variants: mapOf(variantSchema)
      .describe('Different ways to do the same, each a clone. Instead of `clones`.')
      .optional(),
    hedge: hedgeSchema.optional(),
    aggregate: aggregateSchema.optional(),
    validate: commandSchema
      .meta({ description: 'A command that runs where the task ran, after it; a non-zero exit rejects the result.' })
      .optional(),
    pool: poolSchema.optional(),
    retry: retrySchema.optional(),
    timeout: timeoutSchema.optional(),
    idempotent: flag()
      .describe('false: the task is never cloned, never hedged and never run again without being asked. Default: true.')
      .optional(),
    tolerate: z
      .union(
        [
          z.int(TOLERANCE).min(0, TOLERANCE).max(LIMITS.instances.value, TOLERANCE),
          z.string().regex(/^(?:\d{1,2}|100)%$/, TOLERANCE),
        ],
        TOLERANCE,
      )
      .describe('How many instances of a `forEach` task may fail: a number, or a share such as `10%`. Default: 0.')
      .optional(),
    isolation: later(oneOf(['shared', 'strict']), 'Whether the task has a machine of its own.'),
    when: conditionSchema.describe('A condition without which the task is skipped.').optional(),
    always: flag()
      .describe('true: also runs after failures, and while the run is stopping. Default: false.')
      .optional(),
    allowFailure: flag().describe('true: a failure of the task is none of the run. Default: false.').optional(),
  })
  .describe('A node of the graph.')
