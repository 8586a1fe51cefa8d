import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the kernel counts for a control group and all below it. */
export interface CgroupCounts {
  readonly cpuS: number
  /** The greatest use of memory so far, file cache included. */
  readonly peakBytes: number
  readonly usedBytes: number
  /** The part of it that the kernel gives back when it is short. */
  readonly cacheBytes: number
  /** How many processes it ended for want of memory. */
  readonly memoryKills: number
}

/** The control group of this process. */
export interface Cgroup {
  read(): CgroupCounts
  /** Ids of its processes, as seen from here. */
  members(): readonly number[]
}

/** Where the kernel shows them. */
export interface CgroupPlaces {
  /** @default /sys/fs/cgroup */
  readonly root?: string
  /** @default /proc/self/cgroup */
  readonly self?: string
}

/**
 * The control group of this process, version 2 or 1; `undefined` where the kernel does not count for it: none is mounted, or it is the
 * root of all, or a kernel before 5.19 that keeps no peak.
 */
export function ownCgroup({ root = '/sys/fs/cgroup', self = '/proc/self/cgroup' }: CgroupPlaces = {}):
  | Cgroup
  | undefined {
  try {
    const lines = readFileSync(self, 'utf8').trim().split('\n')
    const groups = new Map(lines.map((line) => line.split(':')).map(([, names = '', path = '/']) => [names, path]))
    const cgroup = version2(root, groups) ?? version1(root, groups)
    cgroup?.read()
    return cgroup
  } catch {
    return undefined
  }
}

type Groups = ReadonlyMap<string, string>

function version2(root: string, groups: Groups): Cgroup | undefined {
  const folder = folderOf(root, groups.get('') ?? '/', 'memory.peak')
  if (folder === undefined) return undefined
  return {
    read: () => {
      const stat = valuesIn(folder, 'memory.stat')
      return {
        cpuS: of(valuesIn(folder, 'cpu.stat'), 'usage_usec') / 1e6,
        peakBytes: numberIn(folder, 'memory.peak'),
        usedBytes: numberIn(folder, 'memory.current'),
        cacheBytes: of(stat, 'file') - of(stat, 'shmem'),
        memoryKills: of(valuesIn(folder, 'memory.events'), 'oom_kill'),
      }
    },
    members: () => idsIn(folder),
  }
}

function version1(root: string, groups: Groups): Cgroup | undefined {
  const folder = folderOf(join(root, 'memory'), pathOf(groups, 'memory'), 'memory.max_usage_in_bytes')
  const cpu = folderOf(join(root, 'cpuacct'), pathOf(groups, 'cpuacct'), 'cpuacct.usage')
  if (folder === undefined || cpu === undefined) return undefined
  return {
    read: () => {
      const stat = valuesIn(folder, 'memory.stat')
      return {
        cpuS: numberIn(cpu, 'cpuacct.usage') / 1e9,
        peakBytes: numberIn(folder, 'memory.max_usage_in_bytes'),
        usedBytes: numberIn(folder, 'memory.usage_in_bytes'),
        cacheBytes: of(stat, 'total_cache') - of(stat, 'total_shmem'),
        memoryKills: of(valuesIn(folder, 'memory.oom_control'), 'oom_kill'),
      }
    },
    members: () => idsIn(folder),
  }
}

/** In a container its own group is usually all that is mounted, whatever its path is on the host. */
function folderOf(mount: string, path: string, file: string): string | undefined {
  return [join(mount, path), mount].find((folder) => existsSync(join(folder, file)))
}

function pathOf(groups: Groups, controller: string): string {
  for (const [names, path] of groups) if (names.split(',').includes(controller)) return path
  return '/'
}

function numberIn(folder: string, file: string): number {
  return Number(readFileSync(join(folder, file), 'utf8'))
}

function valuesIn(folder: string, file: string): ReadonlyMap<string, number> {
  const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n')
  return new Map(lines.map((line) => line.split(' ')).map(([name = '', value]) => [name, Number(value)]))
}

function of(values: ReadonlyMap<string, number>, name: string): number {
  return values.get(name) ?? 0
}

function idsIn(folder: string): readonly number[] {
  return readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim().split('\n').map(Number)
}
