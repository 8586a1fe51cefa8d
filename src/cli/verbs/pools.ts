import type { Command } from 'commander'
import { exitCodes } from '#cli/exit-code.ts'
import { bytes } from '#cli/format/bytes.ts'
import { duration } from '#cli/format/duration.ts'
import { money } from '#cli/format/money.ts'
import type { Shell } from '#cli/shell.ts'
import { line } from '#cli/terminal/line.ts'
import { table, type Column } from '#cli/terminal/table.ts'
import { examples, type AddVerb } from '#cli/verb.ts'
import type { Capacity, Pool, Room } from '#core/pools/pool.ts'

/** `pools`: where clones may run, and what is free. */
export const addPools: AddVerb = (verb, start) => {
  verb
    .description(
      'Lists the pools: tier, platform, size, what is free, start delay, price, reclaims, and where they spill to.',
    )
    .option('--pools <file>', 'pools to use instead of the default ones')
    .option('--json', 'print {pools, capacity}')
    .addHelpText('after', examples(['forkcast pools', 'the pools of this machine']))
    .action((options: { readonly pools?: string; readonly json?: boolean }, command: Command) =>
      start(command, (shell) => pools(shell, options)),
    )
}

interface PoolColumn extends Column {
  readonly cell: (pool: Pool) => string
}

const platform: PoolColumn = { title: 'platform', yields: 4, cell: (pool) => platformNames[pool.platform.kind] }
const columns: readonly PoolColumn[] = [
  { title: 'pool', cell: ({ id }) => id },
  { title: 'tier', cell: ({ tier }) => tier },
  { title: 'class', yields: 2, cell: ({ accelerator }) => accelerator },
  { title: 'purchase', yields: 1, cell: ({ purchase }) => purchase },
  platform,
  { title: 'holds', cell: roomWords },
  { title: 'start delay', align: 'right', cell: ({ startDelayS }) => duration(startDelayS) },
  { title: '$ vcpu/h', align: 'right', cell: ({ price }) => money(price.usdPerVcpuHour) },
  { title: 'reclaims/h', align: 'right', yields: 3, cell: ({ reclaimsPerHour }) => String(reclaimsPerHour) },
  { title: 'spills to', shrinks: true, cell: ({ spillsTo }) => spillsTo.join(', ') },
]

const platformNames: Readonly<Record<Pool['platform']['kind'], string>> = {
  machine: 'this machine',
  EC2: 'EC2',
  FARGATE: 'Fargate',
}

async function pools(shell: Shell, options: { readonly pools?: string; readonly json?: boolean }): Promise<number> {
  const read = { mode: 'read', ...(options.pools === undefined ? {} : { poolsFile: options.pools }) } as const
  return shell.withControl(read, async (control) => {
    const listed = await control.pools()
    if (options.json === true) {
      await shell.json(listed)
      return exitCodes.ok
    }
    const { capacity } = listed
    const free: PoolColumn = { title: 'free', cell: (pool) => (capacity === null ? '' : freeWords(pool, capacity)) }
    // Pools of a machine are all on it.
    const isHere = listed.pools.every((pool) => pool.platform.kind === 'machine')
    const shown = [...columns.filter((column) => column !== platform || !isHere), ...(capacity === null ? [] : [free])]
    const rows = listed.pools.map((pool) => shown.map(({ cell }) => cell(pool)))
    await shell.lines(table(shown, rows, { width: shell.columns, more: shell.out.symbols.more }))
    const emulated = listed.pools.filter((pool) => pool.emulated).map(({ id }) => id)
    if (emulated.length > 0) {
      const which = emulated.length === listed.pools.length ? '' : ` (${emulated.join(', ')})`
      await shell.lines([line(`start delay, price and reclaims are emulated on this machine${which}`, 'dim')])
    }
    return exitCodes.ok
  })
}

function freeWords(pool: Pool, capacity: Capacity): string {
  const free = capacity.pools[pool.id]
  return free === undefined ? '' : roomWords(free)
}

function roomWords({ vcpus, memoryMiB, gpus }: Room): string {
  const memory = bytes(memoryMiB * 1024 ** 2)
  return `${Number(vcpus.toFixed(2))} vCPU, ${memory}${gpus === 0 ? '' : `, ${gpus} GPU`}`
}
