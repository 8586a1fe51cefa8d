import type { BatchClient } from '@aws-sdk/client-batch'
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { kept } from '#account/kept.ts'
import { BatchJobs } from '#adapters/aws/batch-jobs.ts'
import { CloudwatchLiveLogs } from '#adapters/aws/cloudwatch-live-logs.ts'
import { readPoolParameters } from '#adapters/aws/ssm-pools.ts'
import type { Clock } from '#ports/clock.ts'
import type { LiveLogs } from '#ports/live-logs.ts'

/** How long queues are taken to be as they were read. */
const queuesMs = 600_000

/** What the clones of a deployment say while they run: in the log streams that Batch tells of their jobs. */
export function accountLiveLogs(
  clients: { readonly batch: BatchClient; readonly ssm: SSMClient; readonly logs: CloudWatchLogsClient },
  deployment: string,
  { clock, onError }: { readonly clock: Clock; readonly onError: (error: unknown) => void },
): LiveLogs {
  const { batch, ssm, logs: client } = clients
  const nowMs = (): number => clock.nowMs()
  const jobs = kept({
    read: async () => {
      const pools = await readPoolParameters(ssm, deployment)
      return new BatchJobs(
        batch,
        pools.map(({ queue }) => queue),
      )
    },
    forMs: queuesMs,
    nowMs,
    onError,
  })
  const placeOf = async (job: string) => {
    const [found] = await (await jobs()).find([job])
    return found?.log ?? undefined
  }
  return new CloudwatchLiveLogs({ client, placeOf, nowMs })
}
