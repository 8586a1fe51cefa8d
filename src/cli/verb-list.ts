import type { AddVerb } from '#cli/verb.ts'

/** A verb as the help of the program lists it; the rest is loaded when it is called. */
export interface ListedVerb {
  readonly name: string
  readonly summary: string
  /** Not in the help: for other processes of this program. */
  readonly hidden?: true
  readonly load: () => Promise<AddVerb>
}

/** Every verb that is built, in the order of the help. */
export const verbList: readonly ListedVerb[] = [
  {
    name: 'init',
    summary: 'write a first workflow',
    load: async () => (await import('#cli/verbs/init.ts')).addInit,
  },
  {
    name: 'validate',
    summary: 'check a workflow file',
    load: async () => (await import('#cli/verbs/validate.ts')).addValidate,
  },
  {
    name: 'graph',
    summary: 'the tasks and what they wait for',
    load: async () => (await import('#cli/verbs/graph.ts')).addGraph,
  },
  {
    name: 'plan',
    summary: 'where tasks would run, for how long and how much',
    load: async () => (await import('#cli/verbs/plan.ts')).addPlan,
  },
  {
    name: 'run',
    summary: 'run a workflow and follow it',
    load: async () => (await import('#cli/verbs/run.ts')).addRun,
  },
  {
    name: 'wait',
    summary: 'follow a run to its end',
    load: async () => (await import('#cli/verbs/wait.ts')).addWait,
  },
  {
    name: 'ls',
    summary: 'list runs, newest first',
    load: async () => (await import('#cli/verbs/ls.ts')).addLs,
  },
  {
    name: 'show',
    summary: 'what ran where, and why',
    load: async () => (await import('#cli/verbs/show.ts')).addShow,
  },
  {
    name: 'logs',
    summary: 'what tasks wrote',
    load: async () => (await import('#cli/verbs/logs.ts')).addLogs,
  },
  {
    name: 'events',
    summary: 'all that happened in a run',
    load: async () => (await import('#cli/verbs/events.ts')).addEvents,
  },
  {
    name: 'outputs',
    summary: 'where the results are',
    load: async () => (await import('#cli/verbs/outputs.ts')).addOutputs,
  },
  {
    name: 'cost',
    summary: 'where the money went',
    load: async () => (await import('#cli/verbs/cost.ts')).addCost,
  },
  {
    name: 'cancel',
    summary: 'end a run for good',
    load: async () => (await import('#cli/verbs/cancel.ts')).addCancel,
  },
  {
    name: 'resume',
    summary: 'go on with an interrupted run',
    load: async () => (await import('#cli/verbs/resume.ts')).addResume,
  },
  {
    name: 'retry',
    summary: 'run again what left no result',
    load: async () => (await import('#cli/verbs/retry.ts')).addRetry,
  },
  {
    name: 'pools',
    summary: 'where clones may run',
    load: async () => (await import('#cli/verbs/pools.ts')).addPools,
  },
  {
    name: 'deploy',
    summary: 'make a control plane in an account of AWS',
    load: async () => (await import('#cli/verbs/deploy.ts')).addDeploy,
  },
  {
    name: 'diff',
    summary: 'what deploying would change',
    load: async () => (await import('#cli/verbs/diff.ts')).addDiff,
  },
  {
    name: 'destroy',
    summary: 'take a deployment away',
    load: async () => (await import('#cli/verbs/destroy.ts')).addDestroy,
  },
  {
    name: 'dev',
    summary: 'serve the API of this machine',
    load: async () => (await import('#cli/verbs/dev.ts')).addDev,
  },
  {
    name: 'limits',
    summary: 'what a workflow may ask for',
    load: async () => (await import('#cli/verbs/limits.ts')).addLimits,
  },
  {
    name: 'doctor',
    summary: 'can this machine, or an account, run workflows?',
    load: async () => (await import('#cli/verbs/doctor.ts')).addDoctor,
  },
  {
    name: 'completion',
    summary: 'complete words in a shell',
    load: async () => (await import('#cli/verbs/completion.ts')).addCompletion,
  },
  {
    name: 'version',
    summary: 'which version this is',
    load: async () => (await import('#cli/verbs/version.ts')).addVersion,
  },
  {
    name: 'engine',
    summary: 'run what other processes give, until there is nothing left',
    hidden: true,
    load: async () => (await import('#cli/verbs/engine.ts')).addEngine,
  },
]
