import type { DeploymentFunction } from '#contract/deployment.ts'
import { dispatchTimes } from '#contract/queues.ts'

/** How a function is sized. Memory is also its share of a processor. */
export interface FunctionSize {
  readonly memoryMiB: number
  /** What is not done by then is done again, by whoever asked for it. */
  readonly timeoutS: number
  readonly does: string
}

/** API Gateway waits for an answer so long. */
const answerWithinS = 29

/** The functions of a control plane. None has reserved concurrency: a new account has 10 in all. */
export const functionSizes: Readonly<Record<DeploymentFunction, FunctionSize>> = {
  api: { memoryMiB: 1024, timeoutS: answerWithinS, does: 'answers users' },
  clone: { memoryMiB: 512, timeoutS: answerWithinS, does: 'answers clones: lease, renew, report' },
  launch: { memoryMiB: 512, timeoutS: 30, does: 'registers the wait of a slot' },
  settle: { memoryMiB: 512, timeoutS: 60, does: 'decides an attempt, where its report has not' },
  dispatch: {
    memoryMiB: 1024,
    timeoutS: dispatchTimes.timeoutS,
    does: 'gives waiting clones their places, one at a time',
  },
  timers: { memoryMiB: 512, timeoutS: 60, does: 'hedges, backs off, fences, times out' },
  'job-events': { memoryMiB: 512, timeoutS: 60, does: 'hears of jobs that have ended' },
  work: { memoryMiB: 1024, timeoutS: 120, does: 'plans runs and goes on with them' },
  watch: { memoryMiB: 1024, timeoutS: 300, does: 'repairs what stands still, while runs are active' },
}
