import { z } from 'zod'
import { arraySchema, batchEnvironment, cloneOfArray } from '#contract/batch-job.ts'
import { slotSchema } from '#contract/clone-requests.ts'
import { completedToken } from '#contract/completed-token.ts'
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
export function readSettings(environment: Environment): Result<ContainerSettings, string> {
  const missing: string[] = []
  const value = (name: string): string => {
    const found = environment[name]
    if (found === undefined || found === '') missing.push(`${name} is not set`)
    return found ?? ''
  }
  const { clone, token } = isChild(environment) ? childOf(environment, value) : soleOf(value)
  const settings = {
    token,
    cloneApi: value(containerEnvironment.cloneApi),
    bucket: value(containerEnvironment.bucket),
    region: value(containerEnvironment.region),
    objectsUrl: environment[containerEnvironment.objectsUrl],
    isOnSpotHost: environment[containerEnvironment.spotHost] === 'true',
  }
  if (clone === undefined && missing.length === 0) {
    const { array, index, clone: name } = batchEnvironment
    missing.push(isChild(environment) ? `${array} has no clone at ${index}` : `${name} names no clone`)
  }
  return clone === undefined || missing.length > 0 ? err(missing.join('; ')) : ok({ ...clone, ...settings })
}

/** Whose clone it is, and with what it may call. */
interface Told {
  readonly clone: z.output<typeof cloneSchema> | undefined
  readonly token: string
}

type Environment = Readonly<Record<string, string | undefined>>
type Value = (name: string) => string

function isChild(environment: Environment): boolean {
  return (environment[batchEnvironment.array] ?? '') !== ''
}

function soleOf(value: Value): Told {
  return { clone: parsed(cloneSchema, value(batchEnvironment.clone)), token: value(batchEnvironment.token) }
}

function childOf(environment: Environment, value: Value): Told {
  const array = parsed(arraySchema, environment[batchEnvironment.array] ?? '')
  const index = value(batchEnvironment.index)
  const token = completedToken(value(batchEnvironment.token), Number(index))
  return { clone: array && /^\d+$/.test(index) ? cloneOfArray(array, Number(index)) : undefined, token }
}

function parsed<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
