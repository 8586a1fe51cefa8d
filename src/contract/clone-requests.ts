import { z } from 'zod'
import type {
  Assignment,
  CloneReport,
  LeaseAnswer,
  LeaseRenewal,
  LeaseRequest,
  ReportAnswer,
  ShortCredentials,
} from '#contract/clone-api.ts'
import { causes } from '#core/failure/cause.ts'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import type { StagedOutput } from '#core/run/manifest.ts'
import { LIMITS } from '#core/workflow/limits.ts'

/** Where the clone API takes each call, as a POST. */
export const clonePaths = { lease: '/clone/lease', renew: '/clone/renew', report: '/clone/report' } as const

/** Where a container that starts asks for the agent, as a POST without a body; {@link agentAnswer} is what it is told. */
export const agentPath = '/clone/agent'

/** A call of a clone's agent by name. */
export type CloneCall = keyof typeof clonePaths

/** How long the body of each call may be. A report names each file that was staged out; a Lambda function takes 6 MB. */
export const cloneBodyBytes: Readonly<Record<CloneCall, number>> = { lease: 4096, renew: 4096, report: 5 * 1024 ** 2 }

const shortText = z.string().min(1).max(200)
const seconds = z.number().nonnegative().max(1e9)
const count = z.int().nonnegative()
const fence = z.int().positive()
const key = z.string().min(1).max(1024)

/** A slot's place. */
export const slotSchema = z.strictObject({
  run: z.custom<RunId>(
    (value) => typeof value === 'string' && parseRunId(value) !== undefined,
    'write the id of a run',
  ),
  task: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}(\[\d{1,6}\])?$/),
  attempt: z.int().positive(),
  clone: count,
})

const stagedFile = {
  object: key,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: count,
  stored: z.strictObject({ encoding: z.literal('zstd'), bytes: count }).exactOptional(),
}

const stagedOutput = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['file', 'text']), ...stagedFile }),
  z.strictObject({ type: z.literal('json'), ...stagedFile, canonical: stagedFile.sha256.exactOptional() }),
  z.strictObject({
    type: z.literal('directory'),
    folder: key,
    bytes: count,
    files: z.array(z.strictObject({ path: key, ...stagedFile })).max(LIMITS.outputFiles.value),
  }),
]) satisfies z.ZodType<StagedOutput>

const manifest = z
  .record(z.string().max(LIMITS.nameLength.value), stagedOutput)
  .refine((outputs) => Object.keys(outputs).length <= LIMITS.outputs.value, 'write fewer outputs')

const failure = z.strictObject({
  cause: z.enum(causes),
  confidence: z.enum(['certain', 'likely', 'possible']),
  exitCode: z.int().nullable(),
  signal: z.string().max(20).nullable(),
  evidence: z.string().max(65_536),
})

const ofJob = { slot: slotSchema, job: shortText }
/** The agent's random id: known to it alone, so that whoever found its token does nothing while it works. */
const holder = shortText

/** What each call says. The holder goes with all of them. */
export const cloneRequests = {
  lease: z.strictObject({ ...ofJob, holder }) satisfies z.ZodType<LeaseRequest>,
  renew: z.strictObject({ ...ofJob, fence, holder }) satisfies z.ZodType<LeaseRenewal>,
  report: z.strictObject({
    ...ofJob,
    fence,
    holder,
    ended: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('claimed'), manifest }),
      z.strictObject({ kind: z.literal('failed'), failure, refused: key.exactOptional() }),
      z.strictObject({ kind: z.literal('stopped') }),
    ]),
    usage: z.strictObject({
      basis: z.enum(['exact', 'sampled', 'none']),
      cpuS: seconds.nullable(),
      peakMemoryMiB: z.number().nonnegative().nullable(),
      bytesIn: count,
      bytesOut: count,
    }),
    times: z.strictObject({
      stagingInS: seconds.nullable(),
      runningS: seconds.nullable(),
      stagingOutS: seconds.nullable(),
    }),
    billedS: seconds,
  }) satisfies z.ZodType<CloneReport>,
} as const

const credentials = z.object({
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1),
  expiresAtMs: z.number().positive(),
}) satisfies z.ZodType<ShortCredentials>

/** What each call is answered, in JSON. Of the assignment, only that there is one is checked. */
export const cloneAnswers = {
  lease: z.discriminatedUnion('granted', [
    z.object({
      granted: z.literal(true),
      fence,
      renewEveryS: z.number().positive(),
      assignment: z.custom<Assignment>((value) => typeof value === 'object' && value !== null),
      credentials: credentials.exactOptional(),
    }),
    z.object({ granted: z.literal(false), why: z.string() }),
  ]) satisfies z.ZodType<LeaseAnswer>,
  renew: z.object({ held: z.boolean() }),
  report: z.object({ answer: z.enum(['accepted', 'fenced', 'late']) satisfies z.ZodType<ReportAnswer> }),
} as const

/** Where the agent's bundle is for a while, and what it must hash to. */
export const agentAnswer = z.object({ url: z.string().min(1), sha256: stagedFile.sha256 })

export type AgentAnswer = z.output<typeof agentAnswer>
