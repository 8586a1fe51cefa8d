/** One bound on what a workflow may ask for: its value, the unit it counts in, and why it is where it is. */
export interface Limit {
  readonly value: number
  readonly unit: string
  readonly why: string
}

/** Every bound that checks, errors and the list of limits share. A workflow beyond one is refused, never cut. */
export const LIMITS = {
  jsonBytes: {
    value: 64 * 1024 ** 2,
    unit: 'bytes',
    why: 'holds 100,000 tasks with room, and is read in under a second',
  },
  yamlBytes: { value: 8 * 1024 ** 2, unit: 'bytes', why: 'YAML is read about 50 times slower than JSON' },
  yamlTokens: { value: 2_000_000, unit: 'tokens of YAML', why: 'about three seconds of reading' },
  depth: {
    value: 64,
    unit: 'levels',
    why: 'no workflow needs more, and deeper trees overflow the stacks of other readers',
  },
  diagnostics: { value: 100, unit: 'errors', why: 'more are not read at once' },
  tasks: { value: 100_000, unit: 'tasks', why: 'planned and stored in seconds on one machine' },
  instances: {
    value: 10_000,
    unit: 'instances of a forEach task',
    why: 'one dependency group, one gathered directory',
  },
  needs: { value: 10_000, unit: 'entries in one `needs`', why: 'one readiness record for a group of predecessors' },
  edges: { value: 1_000_000, unit: 'dependencies in a workflow', why: 'the graph stays in memory' },
  inputs: { value: 100, unit: 'inputs of a task', why: 'each is an environment variable and a staged file' },
  outputs: {
    value: 100,
    unit: 'outputs of a task or workflow',
    why: 'each is an environment variable and a committed file',
  },
  params: { value: 200, unit: 'parameters', why: 'each is an environment variable of every task' },
  forEachKeys: { value: 8, unit: 'keys of one `forEach`', why: 'their product is bounded by the instances' },
  env: { value: 200, unit: 'entries in one `env`', why: 'the environment of a process is bounded by the kernel' },
  secrets: { value: 50, unit: 'secrets of a task', why: 'each is looked up for every clone' },
  conditionValues: {
    value: 1_000,
    unit: 'values in one `when`',
    why: 'it is decided in one step, each time its task is due',
  },
  conditionDepth: {
    value: 16,
    unit: 'levels of `all`, `any` and `not` in one `when`',
    why: 'deeper ones are not read',
  },
  envValueBytes: { value: 32 * 1024, unit: 'bytes', why: 'the environment of a process is bounded by the kernel' },
  commandBytes: { value: 100_000, unit: 'bytes', why: 'Linux takes 131,072 bytes for one argument' },
  commandArguments: { value: 1_000, unit: 'arguments', why: 'an argument list longer than this belongs in a file' },
  labels: { value: 50, unit: 'labels', why: 'they become tags, of which a resource takes 50' },
  labelLength: { value: 256, unit: 'characters', why: 'the longest value of a tag' },
  nameLength: { value: 63, unit: 'characters', why: 'a name is part of file, host and job names' },
  pathLength: { value: 512, unit: 'characters', why: 'leaves room for the folder it is put below' },
  keyLength: { value: 200, unit: 'characters', why: 'the key of an instance is shown on one line' },
  textLength: { value: 4_096, unit: 'characters', why: 'a description, not a document' },
  clones: { value: 10, unit: 'clones of a task', why: 'the tenth clone no longer changes when the first one ends' },
  retries: { value: 10, unit: 'extra tries', why: 'what failed eleven times fails for a reason' },
  vcpus: { value: 192, unit: 'vCPUs', why: 'the largest common instance' },
  memoryMiB: { value: 24 * 1024 ** 2, unit: 'MiB', why: 'the largest instance that can be rented' },
  gpus: { value: 16, unit: 'GPUs', why: 'the largest instance that can be rented' },
  budgetUsd: { value: 1_000_000, unit: 'US dollars', why: 'money is counted in whole nano-dollars, exactly' },
  timeoutS: { value: 14 * 86_400, unit: 'seconds', why: 'a container host is replaced after 14 days' },
  deadlineS: { value: 365 * 86_400, unit: 'seconds', why: 'an execution lives at most a year' },
  outputBytes: { value: 5 * 1024 ** 4, unit: 'bytes', why: 'the largest object of an object store' },
  textBytes: {
    value: 256 * 1024 ** 2,
    unit: 'bytes of a `json` or `text` output, or of several combined',
    why: 'read through as it is checked; a combined one is held in memory',
  },
  schemaBytes: {
    value: 64 * 1024 ** 2,
    unit: 'bytes of a `json` output with a `schema`',
    why: 'its value is held in memory to be checked, at several times its size',
  },
  comparedBytes: {
    value: 16 * 1024 ** 2,
    unit: 'bytes of a `json` output that a `quorum` compares',
    why: 'its canonical form takes 20 times its size in memory; a `file` is compared by its bytes',
  },
  outputFiles: { value: 10_000, unit: 'files in a `directory` output', why: 'each is an object of its own' },
  logBytes: { value: 64 * 1024 ** 2, unit: 'bytes of each log of a clone', why: 'data belongs in outputs' },
  codeFiles: { value: 20_000, unit: 'files in one `code` folder', why: 'the folder is copied for every clone' },
  codeBytes: {
    value: 1024 ** 3,
    unit: 'bytes in one `code` folder',
    why: 'the folder is copied for every clone; data belongs in inputs',
  },
  fileBytes: { value: 5 * 1024 ** 3, unit: 'bytes of one `file` input', why: 'one upload in one part' },
} as const satisfies Record<string, Limit>

/** The name of a {@link Limit}. */
export type LimitName = keyof typeof LIMITS

/** The sentence that an error about a limit carries: what is there, and what may be. */
export function beyondLimit(what: string, found: number, limit: LimitName): string {
  const { value, unit } = LIMITS[limit]
  return `${what}: found ${grouped(found)}, the limit is ${grouped(value)} ${unit} (\`${limit}\`)`
}

/** A whole number with a comma between thousands. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}
