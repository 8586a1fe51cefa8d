import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = '/sys/fs/cgroup'

/** A control group whose processes have so much memory together. */
export interface MemoryGroup extends Disposable {
  /** Folders by where they are mounted. */
  readonly folders: Readonly<Record<string, string>>
}

/** Whether one can be made here. */
export function canLimitMemory(): boolean {
  return version() !== undefined
}

export function memoryGroup(limitMiB: number): MemoryGroup {
  const name = `forkcast-test-${process.pid}-${performance.now()}`
  const controllers = version() === 1 ? ['memory', 'cpuacct'] : ['']
  const folders = Object.fromEntries(controllers.map((each) => [each, join(root, each, name)]))
  for (const folder of Object.values(folders)) mkdirSync(folder)
  const [memory = ''] = Object.values(folders)
  const limit = version() === 1 ? 'memory.limit_in_bytes' : 'memory.max'
  writeFileSync(join(memory, limit), String(limitMiB * 1024 ** 2))
  return {
    folders,
    [Symbol.dispose]: () => {
      for (const folder of Object.values(folders)) rmdirSync(folder)
    },
  }
}

function version(): 1 | 2 | undefined {
  if (existsSync(join(root, 'memory/memory.limit_in_bytes'))) return 1
  const file = join(root, 'cgroup.subtree_control')
  return existsSync(file) && readFileSync(file, 'utf8').split(/\s/).includes('memory') ? 2 : undefined
}
