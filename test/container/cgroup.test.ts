import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownCgroup, type CgroupCounts } from '../../src/container/cgroup-files.ts'
import { cgroupMeter, meterOf } from '../../src/container/cgroup-meter.ts'

const mib = 1024 ** 2

/** Files as the kernel shows them, and who this process is said to be. */
class Kernel implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'forkcast-cgroup-'))
  readonly self = join(this.root, 'self')

  constructor(self: string, files: Readonly<Record<string, string | number>>) {
    writeFileSync(this.self, self)
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(this.root, dirname(path)), { recursive: true })
      writeFileSync(join(this.root, path), `${text}\n`)
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

const version2 = {
  'memory.peak': 300 * mib,
  'memory.current': 200 * mib,
  'memory.stat': `anon ${50 * mib}\nfile ${140 * mib}\nshmem ${10 * mib}`,
  'memory.events': 'low 0\nhigh 0\nmax 12\noom 2\noom_kill 1',
  'cpu.stat': 'usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000',
  'cgroup.procs': process.pid,
}
const version1 = {
  'memory.max_usage_in_bytes': 300 * mib,
  'memory.usage_in_bytes': 200 * mib,
  'memory.stat': `cache 1\ntotal_cache ${140 * mib}\ntotal_shmem ${10 * mib}`,
  'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1',
  'cgroup.procs': process.pid,
}
const counts: CgroupCounts = {
  cpuS: 2.5,
  peakBytes: 300 * mib,
  usedBytes: 200 * mib,
  cacheBytes: 130 * mib,
  memoryKills: 1,
}
const under = (folder: string, files: Readonly<Record<string, string | number>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]))

describe('the control group of a container', () => {
  it.each([
    ['version 2, all that it sees', '0::/', version2],
    ['version 2, by its path', '0::/ecs/task', under('ecs/task', version2)],
    [
      'version 1, all that it sees, by a path of the host',
      '4:memory:/ecs/task\n2:cpu,cpuacct:/ecs/task\n0::/',
      { ...under('memory', version1), 'cpuacct/cpuacct.usage': 2_500_000_000 },
    ],
  ])('is read: %s', (_, self, files) => {
    using kernel = new Kernel(self, files)
    const cgroup = ownCgroup(kernel)
    expect(cgroup?.read()).toStrictEqual(counts)
    expect(cgroup?.members()).toStrictEqual([process.pid])
  })

  it('is none where the kernel does not count', () => {
    using root = new Kernel('0::/', { 'cgroup.procs': 1 })
    expect(ownCgroup(root)).toBeUndefined()
    using half = new Kernel('0::/', { 'memory.peak': 1 })
    expect(ownCgroup(half)).toBeUndefined()
    expect(ownCgroup({ root: root.root, self: '/nowhere' })).toBeUndefined()
  })

  it('counts for nobody who shares it', () => {
    const members = (ids: readonly number[]) => ({ read: () => counts, members: () => ids })
    expect(cgroupMeter(members([process.pid, process.ppid]))).toBeDefined()
    expect(cgroupMeter(members([process.pid, 0]))).toBeUndefined()
    expect(cgroupMeter(undefined)).toBe(cgroupMeter(ownCgroup()))
  })
})

describe('the meter of a command', () => {
  it('takes what was seen without cache, or more where the peak can’t have been cache', () => {
    const seen = (usedMiB: number, cacheMiB: number, peakMiB: number) => {
      let reads = 0
      const read = () => ({
        ...counts,
        cpuS: 1000 * (reads += 1),
        peakBytes: peakMiB * mib,
        usedBytes: usedMiB * mib,
        cacheBytes: cacheMiB * mib,
        memoryKills: reads > 1 ? 3 : 2,
      })
      const metering = meterOf({ read, members: () => [] }).start()
      metering.sample()
      return metering.stop()
    }
    // The cache had filled all that there was.
    expect(seen(1000, 940, 1000).usage.peakMemoryMiB).toBe(60)
    // For a moment that no sample met it held more.
    expect(seen(100, 40, 1000).usage.peakMemoryMiB).toBe(960)
    expect(seen(100, 40, 1000)).toMatchObject({ memoryKills: 1, usage: { basis: 'exact' } })
    expect(seen(100, 40, 1000).usage.cpuS).toBeGreaterThan(3000)
  })
})
