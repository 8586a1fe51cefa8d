import { type PoolParameter, poolParameterSchema } from '#contract/deployment.ts'
import { kindByName, type PoolKind } from './pool-kinds.ts'

/** A job queue that exists. What it does not say of itself is as usual for a pool of its name. */
export type ExternalPool = Partial<PoolParameter> & Pick<PoolParameter, 'id' | 'queue'>

/** Pools over job queues that exist: `commonOf` gives what their containers have in common, beneath what an entry says itself. */
export function externalPools(
  pools: readonly ExternalPool[],
  commonOf: (kind: PoolKind) => PoolParameter['container'],
): readonly PoolParameter[] {
  return pools.map((said) => {
    const usual = kindByName(said.id)
    const ids = new Set(pools.map(({ id }) => id))
    const merged = {
      ...usual,
      spillsTo: usual?.spillsTo.filter((id) => ids.has(id)) ?? [],
      fairShare: false,
      ...said,
      container: {},
    }
    const read = poolParameterSchema.safeParse(merged)
    if (!read.success) {
      const faults = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
      const why = usual === undefined ? `; no usual pool is called ${said.id}, so it has to say all of it` : ''
      throw new Error(`the pool ${said.id} is not understood: ${faults}${why}`)
    }
    return { ...read.data, container: { ...commonOf(read.data), ...said.container } }
  })
}

/** Reads the pools that an override names: a JSON array. */
export function readExternalPools(text: string): readonly ExternalPool[] {
  const json: unknown = JSON.parse(text)
  if (!Array.isArray(json) || !json.every(isNamed)) {
    throw new Error('pools that exist are a JSON array: [{ "id": "cold-cpu", "queue": "arn:…" }, …]')
  }
  return json
}

function isNamed(value: unknown): value is ExternalPool {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'queue' in value &&
    typeof value.queue === 'string'
  )
}
