import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startReaper } from '#agent/start-reaper.ts'
import type { BatchEndpointRequest, ServedBatch } from '#contract/batch-endpoint.ts'
import type { Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'
import { openBatchEndpoint } from '#local/batch/batch-endpoint.ts'

export interface OpenBatchOptions extends BatchEndpointRequest {
  /** What containers find in their environment. */
  readonly inherit: Readonly<Record<string, string>>
  /** Path of the reaper's program: it ends the containers, should this process die. */
  readonly reaper: string
}

const reaperGraceS = 5

/** Opens an endpoint of this machine for its user alone; a conflict (5) when the port is taken. */
export async function openBatch(options: OpenBatchOptions): Promise<Result<ServedBatch, Problem>> {
  const { dir, port, seed, drop, duplicate, delayS, reorderS, inherit, onEvent, onError } = options
  const accessKeyId = `AKID${randomBytes(8).toString('hex').toUpperCase()}`
  const reaper = startReaper({ node: process.execPath, script: options.reaper, graceS: reaperGraceS })
  try {
    const endpoint = await openBatchEndpoint({
      folder: join(dir, 'batch'),
      inherit,
      port,
      accessKeyId,
      ...(seed !== undefined && { seed }),
      eventKnobs: { drop, duplicate, delayS, reorderS },
      onEvent,
      onError,
      onProcessGroup: reaper.onProcessGroup,
    })
    const close = async () => {
      await endpoint.close()
      reaper.close()
    }
    return ok({ url: endpoint.url, accessKeyId, region: 'us-east-1', close })
  } catch (error) {
    reaper.close()
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') throw error
    const message = `port ${port} is taken`
    return err({ code: 'PORT-TAKEN', message, fix: 'name another one with --port', exitCode: 5 })
  }
}
