/**
 * Variables that all containers of a deployment have in common, in their job definition. Whose clone one is comes with the submission:
 * see `batchEnvironment`.
 */
export const containerEnvironment = {
  /** Base URL of the clone API. */
  cloneApi: 'FORKCAST_CLONE_API',
  bucket: 'FORKCAST_BUCKET',
  region: 'AWS_REGION',
  /** Another object store than S3, such as an emulator: its URL. */
  objectsUrl: 'FORKCAST_OBJECTS_URL',
  /** SHA-256 of the agent, for hosts that have it already: they need not ask which one it is. */
  agentSha256: 'FORKCAST_AGENT_SHA256',
  /** `true`: on EC2 spot hosts, which are asked for the notice that they are given. */
  spotHost: 'FORKCAST_SPOT_HOST',
} as const

/** Where containers find what is theirs. */
export const containerPaths = {
  /** Node, its loader and libraries, and what fetches the agent: read-only. */
  runtime: '/opt/forkcast',
  /** Of the host: lives longer than a container. Anybody there may write to it, so what is read from it is checked. */
  cache: '/var/cache/forkcast',
  /** Files of the agent and of its clone, unless the image has another place for temporary ones. */
  scratch: '/var/lib/forkcast',
} as const
