import { emulated, type EmulatedPool, type LocalPools, type StartDelay } from '#core/pools/emulation.ts'
import { classOf, colderThan, defaultPool, defaultPools, type PoolClass } from '#core/pools/pool-defaults.ts'
import type { Room } from '#core/pools/pool.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Finding, Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { resolveReclaim, type TraceFiles } from '#local/pools-file/resolve-reclaim.ts'
import type { CheckedPool, CheckedPoolsFile } from '#local/pools-file/schema.ts'

/**
 * Fills in what a file leaves out: the machine's size, and of each pool what is usual for its tier, accelerator and
 * purchase. No pool is larger than the machine. What contradicts is reported; then the result is of no use.
 */
export function resolvePools(
  file: CheckedPoolsFile,
  thisMachine: Room,
  files: TraceFiles,
  findings: Findings,
): LocalPools {
  const { vcpus, memory, gpus } = file.machine ?? {}
  const machine: Room = {
    vcpus: vcpus ?? thisMachine.vcpus,
    memoryMiB: memory ?? thisMachine.memoryMiB,
    gpus: gpus ?? thisMachine.gpus,
  }
  const { timeScale = 1, seed = null } = file
  if (file.pools === undefined) return { machine, pools: defaultPools(machine), timeScale, seed }

  const specs = Object.entries(file.pools)
  if (specs.length === 0) {
    report(findings, 'WF-VALUE', ['pools'], 'there is no pool', 'name at least one, such as `hot-cpu: {}`')
  }
  const apart = specs.flatMap(([id, spec]) => resolvePool(id, spec, machine, files, findings) ?? [])
  const pools = apart.map((config) => withSpills(config, file.pools?.[config.pool.id]?.spillsTo, apart, findings))
  refuseCycles(pools, findings)
  return { machine, pools, timeScale, seed }
}

function resolvePool(
  id: string,
  spec: CheckedPool,
  machine: Room,
  files: TraceFiles,
  findings: Findings,
): EmulatedPool | undefined {
  const path: Path = ['pools', id]
  const poolClass = resolveClass(id, spec, findings)
  if (poolClass === undefined) return undefined
  const { pool: usual, startDelay, reclaim } = defaultPool(id, poolClass, machine)
  const { price = {} } = spec
  const size: Room = {
    vcpus: Math.min(spec.vcpus ?? usual.vcpus, machine.vcpus),
    memoryMiB: Math.min(spec.memory ?? usual.memoryMiB, machine.memoryMiB),
    gpus: Math.min(spec.gpus ?? usual.gpus, machine.gpus),
  }
  if (poolClass.accelerator === 'gpu' ? size.gpus === 0 : (spec.gpus ?? 0) > 0) {
    const words = poolClass.accelerator === 'gpu' ? 'has no GPU' : 'has GPUs, but is a pool of CPUs'
    report(
      findings,
      'WF-CONFLICT',
      path,
      `pool ${quoted(id)} ${words}`,
      'set `accelerator`, `gpus` and `machine.gpus` to match',
    )
  }
  if (spec.reclaim !== undefined && poolClass.purchase === 'on-demand') {
    const words = `pool ${quoted(id)} is on-demand, whose hosts are not reclaimed`
    report(findings, 'WF-CONFLICT', [...path, 'reclaim'], words, 'add `purchase: spot`, or remove `reclaim`')
  }
  return emulated(
    {
      id,
      ...poolClass,
      ...size,
      price: {
        usdPerVcpuHour: price.vcpuHour ?? usual.price.usdPerVcpuHour,
        usdPerGiBHour: price.gibHour ?? usual.price.usdPerGiBHour,
        usdPerGpuHour: price.gpuHour ?? usual.price.usdPerGpuHour,
      },
      spillsTo: [],
    },
    spec.startDelay === undefined ? startDelay : resolveDelay(spec.startDelay, [...path, 'startDelay'], findings),
    (spec.reclaim && resolveReclaim(spec.reclaim, files, [...path, 'reclaim'], findings)) ?? reclaim,
  )
}

/** From the fields, then from the name; accelerator and purchase may be left out of both. */
function resolveClass(id: string, spec: CheckedPool, findings: Findings): PoolClass | undefined {
  const named = classOf(id)
  const path: Path = ['pools', id]
  if (named !== undefined) {
    for (const key of ['tier', 'accelerator', 'purchase'] as const) {
      if (spec[key] === undefined || spec[key] === named[key]) continue
      const words = `pool ${quoted(id)} is ${quoted(named[key])} by name, and ${quoted(spec[key])} by ${quoted(key)}`
      report(findings, 'WF-CONFLICT', [...path, key], words, 'rename the pool, or remove the key', 'value')
    }
    return named
  }
  const { tier, accelerator = 'cpu', purchase = 'on-demand' } = spec
  if (tier !== undefined) return { tier, accelerator, purchase }
  const fix =
    'add `tier: hot`, `warm` or `cold`, or name the pool after its kind, such as `warm-cpu` or `cold-cpu-spot`'
  report(findings, 'WF-MISSING-KEY', path, `pool ${quoted(id)} has no \`tier\``, fix)
  return undefined
}

function resolveDelay(given: NonNullable<CheckedPool['startDelay']>, path: Path, findings: Findings): StartDelay {
  if (typeof given === 'number') return { kind: 'fixed', seconds: given }
  if (given.p90 < given.p50) {
    report(
      findings,
      'WF-CONFLICT',
      path,
      'nine tenths of the starts cannot take less than half of them',
      'make `p90` at least `p50`',
    )
  }
  return { kind: 'quantiles', p50S: given.p50, p90S: given.p90 }
}

function withSpills(
  config: EmulatedPool,
  given: readonly string[] | undefined,
  all: readonly EmulatedPool[],
  findings: Findings,
): EmulatedPool {
  const ids = all.map(({ pool }) => pool.id)
  for (const [index, id] of (given ?? []).entries()) {
    if (ids.includes(id)) continue
    const near = didYouMean(id, ids)
    const fix = near === undefined ? `use one of ${ids.map(quoted).join(', ')}` : `did you mean ${quoted(near)}?`
    const path = ['pools', config.pool.id, 'spillsTo', index]
    report(
      findings,
      'WF-VALUE',
      path,
      `pool ${quoted(config.pool.id)} spills to ${quoted(id)}, which does not exist`,
      fix,
      'value',
    )
  }
  return { ...config, pool: { ...config.pool, spillsTo: given ?? colderThan(config.pool, all) } }
}

/** Reports pools that work could spill round and round in, each circle once. */
function refuseCycles(pools: readonly EmulatedPool[], findings: Findings): void {
  const spills = new Map(pools.map(({ pool }) => [pool.id, pool.spillsTo]))
  const done = new Set<string>()
  const follow = (id: string, above: readonly string[]): void => {
    const start = above.indexOf(id)
    if (start !== -1) {
      const circle = [...above.slice(start), id].join(' → ')
      const path = ['pools', above.at(-1) ?? id, 'spillsTo']
      report(findings, 'WF-CYCLE', path, `work would spill in a circle: ${circle}`, 'spill to colder pools only')
    }
    if (start !== -1 || done.has(id)) return
    for (const next of spills.get(id) ?? []) follow(next, [...above, id])
    done.add(id)
  }
  for (const id of spills.keys()) follow(id, [])
}

function report(
  findings: Findings,
  code: Finding['code'],
  path: Path,
  message: string,
  fix: string,
  at: Finding['at'] = 'key',
): void {
  findings.add({ code, message, fix, path, at })
}
