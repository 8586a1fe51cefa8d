import { BatchClient, type BatchClientConfig } from '@aws-sdk/client-batch'

/**
 * A client of AWS Batch that tries once: each try of a submission counts against its rate, and what is done after a failure depends on
 * the call. A request that is not answered within 5 seconds counts as lost.
 */
export function createBatchClient(config: BatchClientConfig = {}): BatchClient {
  return new BatchClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
    ...config,
  })
}
