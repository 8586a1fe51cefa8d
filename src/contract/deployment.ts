import { z } from 'zod'

/**
 * Variables of a control plane in an account: its stack sets them on each function that reads them, and the wiring reads them at its
 * start. A value that is missing or malformed is named, all at once.
 */
export const deploymentEnvironment = {
  /** Name of the deployment; also the root of its parameters: `/forkcast/<deployment>/…`. */
  deployment: 'FORKCAST_DEPLOYMENT',
  /** Name of the table. */
  table: 'FORKCAST_TABLE',
  /** Name of the bucket. */
  bucket: 'FORKCAST_BUCKET',
  /** ARN of the one state machine. */
  stateMachine: 'FORKCAST_STATE_MACHINE',
  /** URLs of queues: FIFO for dispatch, standard for the others. */
  dispatchQueue: 'FORKCAST_DISPATCH_QUEUE',
  timerQueue: 'FORKCAST_TIMER_QUEUE',
  workQueue: 'FORKCAST_WORK_QUEUE',
  /** ARN of the role that clones act in, narrowed to one clone by a session policy. */
  cloneRole: 'FORKCAST_CLONE_ROLE',
  /** Base URL of the clone API, as agents call it; without a slash at its end. */
  cloneApi: 'FORKCAST_CLONE_API',
  /** SHA-256 of the agent's bundle; its bucket, which is not that of the deployment; its key there. */
  agent: 'FORKCAST_AGENT',
  agentBucket: 'FORKCAST_AGENT_BUCKET',
  agentKey: 'FORKCAST_AGENT_KEY',
  /** Name of the rule whose schedule wakes the watch, on only while runs are active. */
  watchRule: 'FORKCAST_WATCH_RULE',
  /** vCPUs that all pools together may hold, by the quotas of the account; without it, as many as the pools have. */
  vcpus: 'FORKCAST_VCPUS',
  /** The image of tasks that name none; without it `deploymentImage`. */
  image: 'FORKCAST_IMAGE',
} as const

/** A setting of a deployment by name. */
export type DeploymentSetting = keyof typeof deploymentEnvironment

/** The image of tasks that name none, from a registry that asks nobody who they are. */
export const deploymentImage = 'public.ecr.aws/docker/library/node:24-slim'

const rows = ['deployment', 'table', 'bucket', 'stateMachine', 'dispatchQueue', 'timerQueue'] as const
const jobs = [...rows, 'vcpus', 'image'] as const

/**
 * The functions of a deployment, each `lambdas/<name>/entry.ts`, and the settings that it reads. Settle starts executions of the state
 * machine that calls it: so the ARN is made of the machine's name, not taken from it.
 */
export const deploymentFunctions = {
  api: [...jobs, 'workQueue', 'watchRule'],
  clone: [...jobs, 'cloneRole', 'agent', 'agentBucket', 'agentKey'],
  launch: rows,
  settle: jobs,
  dispatch: jobs,
  timers: jobs,
  'job-events': jobs,
  work: [...jobs, 'workQueue', 'watchRule'],
  watch: [...jobs, 'workQueue', 'watchRule'],
} as const satisfies Readonly<Record<string, readonly DeploymentSetting[]>>

export type DeploymentFunction = keyof typeof deploymentFunctions

/** Names of parameters of a deployment in Systems Manager. */
export const deploymentParameters = {
  /** One parameter a pool, below this path: JSON of {@link poolParameterSchema}. */
  pools: (deployment: string) => `/forkcast/${deployment}/pools`,
  /** What signs tokens of clones: a secure string, made by the first function that needs it. */
  tokenKey: (deployment: string) => `/forkcast/${deployment}/token-key`,
} as const

const amount = z.number().nonnegative()

/** A pool of a deployment as its stack describes it: at most 4 KiB as JSON (a standard parameter). */
export const poolParameterSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  tier: z.enum(['hot', 'warm', 'cold']),
  accelerator: z.enum(['cpu', 'gpu']),
  purchase: z.enum(['on-demand', 'spot']),
  platform: z.enum(['EC2', 'FARGATE']),
  /** ARN of the job queue. */
  queue: z.string().min(1),
  /** Whether the queue has a scheduling policy, and takes share identifiers. */
  fairShare: z.boolean(),
  vcpus: amount,
  memoryMiB: amount,
  gpus: amount,
  startDelayS: amount,
  price: z.strictObject({ usdPerVcpuHour: amount, usdPerGiBHour: amount, usdPerGpuHour: amount }),
  reclaimsPerHour: amount,
  spillsTo: z.array(z.string()),
  /** Instance types that its environments may launch, such as `c7i.large` or `c7i`; none on Fargate. */
  instanceTypes: z.array(z.string()),
  /** What its containers have in common beside the image: roles, mounts, the command that starts the agent. */
  container: z.record(z.string(), z.json()),
})

export type PoolParameter = z.output<typeof poolParameterSchema>
