import { z } from 'zod'
import { batchEnvironment } from '#contract/batch-job.ts'
import { slotSchema } from '#contract/clone-requests.ts'
import { containerEnvironment } from '#contract/container-environment.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { SlotRef } from '#core/run/ids.ts'

/** What a container is told at its start; all else comes with the lease. */
export interface ContainerSettings {
  readonly slot: SlotRef
  readonly job: string
  readonly token: string
  readonly cloneApi: string
  readonly bucket: string
  readonly region: string
  /** Of an object store that is not S3 itself; found by path, not by host name. */
  readonly objectsUrl: string | undefined
  /** Whether the host may be taken away at short notice, and can be asked for it. */
  readonly isOnSpotHost: boolean
}

const cloneSchema = z.strictObject({ job: z.string().min(1), slot: slotSchema })

/** Reads the settings from an environment. The error names all variables that are missing or malformed. */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
): Result<ContainerSettings, string> {
  const missing: string[] = []
  const value = (name: string): string => {
    const found = environment[name]
    if (found === undefined || found === '') missing.push(`${name} is not set`)
    return found ?? ''
  }
  const clone = cloneOf(value(batchEnvironment.clone))
  const settings = {
    token: value(batchEnvironment.token),
    cloneApi: value(containerEnvironment.cloneApi),
    bucket: value(containerEnvironment.bucket),
    region: value(containerEnvironment.region),
    objectsUrl: environment[containerEnvironment.objectsUrl],
    isOnSpotHost: environment[containerEnvironment.spotHost] === 'true',
  }
  if (clone === undefined && missing.length === 0) missing.push(`${batchEnvironment.clone} names no clone`)
  return clone === undefined || missing.length > 0 ? err(missing.join('; ')) : ok({ ...clone, ...settings })
}

function cloneOf(text: string): z.output<typeof cloneSchema> | undefined {
  try {
    return cloneSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
