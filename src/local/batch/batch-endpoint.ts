import { randomUUID } from 'node:crypto'
import { createSystemClock } from '#adapters/local/system-clock.ts'
import { thisMachine } from '#adapters/local/this-machine.ts'
import { seededRandom } from '#core/random.ts'
import { CallFates, type CallKnobs } from '#local/batch/api/call-fate.ts'
import { serveBatch } from '#local/batch/batch-server.ts'
import { type BatchService, type BatchServiceOptions, createBatchService } from '#local/batch/batch-service.ts'
import { containerProcesses, logFileOf, type ContainerProcessOptions } from '#local/batch/container-process.ts'

export interface BatchEndpointOptions
  extends
    ContainerProcessOptions,
    Partial<Omit<BatchServiceOptions, 'runContainer' | 'onError'>>,
    Pick<BatchServiceOptions, 'onError'> {
  readonly port?: number
  readonly accessKeyId?: string
  readonly callKnobs?: Partial<CallKnobs>
}

/** An AWS Batch on the loopback interface whose containers are processes of this machine. */
export interface BatchEndpoint extends Pick<BatchService, 'tuneEvents' | 'reclaimHostOf'> {
  readonly url: string
  /** Turns the knobs of calls. */
  tuneCalls(knobs: Partial<CallKnobs>): void
  /** The file that a log stream of `/aws/batch/job` is written to. */
  logFileOf(logStream: string): string
  /** Ends all containers and closes the port. What the endpoint knew is gone. */
  close(): Promise<void>
}

/** Opens an endpoint: with all that is left out, on a free port, real time and three quarters of this machine. */
export async function openBatchEndpoint(options: BatchEndpointOptions): Promise<BatchEndpoint> {
  const { folder, port, accessKeyId, callKnobs, seed = randomUUID(), onError } = options
  const fates = new CallFates(seededRandom(`${seed}/calls`), callKnobs)
  const service = createBatchService({
    clock: createSystemClock(),
    machine: thisMachine(),
    onEvent: async () => undefined,
    ...options,
    seed,
    runContainer: containerProcesses(options),
  })
  const server = await serveBatch({ service, fates, port, accessKeyId, onError })
  return {
    url: server.url,
    logFileOf: (logStream) => logFileOf(folder, logStream),
    tuneCalls: (knobs) => fates.tune(knobs),
    tuneEvents: (knobs) => service.tuneEvents(knobs),
    reclaimHostOf: (jobId) => service.reclaimHostOf(jobId),
    close: async () => {
      await server.close()
      await service.close()
    },
  }
}
