import { z } from 'zod'
import { LIMITS } from '#core/workflow/limits.ts'
import { duration, integer, memory, NAME_PATTERN, number, oneOf, path, text } from '#core/workflow/schema/scalars.ts'

const hourS = 3600

const vcpus = () => number(0.1, LIMITS.vcpus.value)
const gpus = () => integer(0, LIMITS.gpus.value)
const usdPerHour = () => number(0, 1_000)
const name = () => z.string().regex(NAME_PATTERN)

const startDelay = z.union(
  [duration(0, hourS), z.strictObject({ p50: duration(0.001, hourS), p90: duration(0.001, hourS) })],
  'a duration such as `2s`, or `{ p50: 500ms, p90: 1s }`',
)

const trace = z.union(
  [
    z.array(z.union([z.literal(0), z.literal(1)], '0 or 1')),
    z.strictObject({ file: path(), tick: duration(0.001, 24 * hourS).optional() }),
  ],
  'a list of 0 and 1, or `{ file: trace.json }`',
)

/** One kind of reclaim; which keys go together is checked where they are read. */
const reclaim = z.strictObject({
  perHour: number(0, 36_000).optional(),
  trace: trace.optional(),
  tick: duration(0.001, 24 * hourS).optional(),
  nth: integer(1, 1_000_000).optional(),
  after: duration(0, 24 * hourS).optional(),
})

const pool = z.strictObject({
  tier: oneOf(['hot', 'warm', 'cold']).optional(),
  accelerator: oneOf(['cpu', 'gpu']).optional(),
  purchase: oneOf(['on-demand', 'spot']).optional(),
  vcpus: vcpus().optional(),
  memory: memory().optional(),
  gpus: gpus().optional(),
  startDelay: startDelay.optional(),
  price: z
    .strictObject({
      vcpuHour: usdPerHour().optional(),
      gibHour: usdPerHour().optional(),
      gpuHour: usdPerHour().optional(),
    })
    .optional(),
  reclaim: reclaim.optional(),
  spillsTo: z.array(text(1, LIMITS.nameLength.value), 'a list of pools').optional(),
})

/** `forkcast.pools.yaml` as a user writes it. */
export const poolsFileSchema = z.strictObject({
  apiVersion: z.literal('forkcast/v1', '`forkcast/v1`'),
  machine: z
    .strictObject({ vcpus: vcpus().optional(), memory: memory().optional(), gpus: gpus().optional() })
    .optional(),
  timeScale: number(0.01, 10_000).optional(),
  seed: integer(0, 2 ** 32 - 1).optional(),
  pools: z.record(name(), pool).optional(),
})

/** The file, each field checked on its own, with durations in seconds and memory in MiB. */
export type CheckedPoolsFile = z.output<typeof poolsFileSchema>
export type CheckedPool = z.output<typeof pool>
export type CheckedReclaim = z.output<typeof reclaim>
