import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** A container to be: namespaces of its own around a root. */
export interface ContainerSpec {
  readonly root: string
  /** The runtime folder, mounted read-only. */
  readonly runtime: string
  readonly env: Readonly<Record<string, string>>
  /** Size of the file system that holds its working folders; none: they are in the root. */
  readonly scratchMiB?: number | undefined
  /** A folder of the host, mounted as its cache. */
  readonly cache?: string | undefined
  /** Folders of control groups by what they count: the container joins them, and sees nothing else. */
  readonly cgroups?: Readonly<Record<string, string>> | undefined
  /** Whether another program is its first process, as `initProcessEnabled` has it, and hands on what it is told. */
  readonly isUnderInit?: boolean | undefined
  /** User and group of the image, by number. */
  readonly user?: string | undefined
}

/** One that runs. */
export interface Container {
  readonly exited: Promise<{ readonly exitCode: number | null; readonly said: string }>
  /** As a platform does: to its first process. */
  term(): void
  kill(): void
}

/** The first process of the container is the loader that starts Node: nothing else of ours is in it. */
const agent = 'ld.so --library-path /opt/forkcast/lib /opt/forkcast/node /opt/forkcast/start.mjs'

export function startContainer(spec: ContainerSpec): Container {
  const { root, runtime, env, scratchMiB, cache, cgroups = {}, isUnderInit, user = '0:0' } = spec
  const started = `chroot --userspec=${user} ${root} /opt/forkcast/${agent}`
  const lines = [
    `mount --bind ${runtime} ${root}/opt/forkcast`,
    `mount -o remount,bind,ro ${root}/opt/forkcast`,
    `mount -t proc proc ${root}/proc`,
    `for it in null zero; do mount --bind /dev/$it ${root}/dev/$it; done`,
    ...(scratchMiB === undefined ? [] : [`mount -t tmpfs -o size=${scratchMiB}m tmpfs ${root}/var/lib/forkcast`]),
    ...(cache === undefined
      ? []
      : [`mkdir ${root}/var/cache/forkcast`, `mount --bind ${cache} ${root}/var/cache/forkcast`]),
    ...Object.entries(cgroups).flatMap(([name, folder]) => [
      `echo 0 > ${folder}/cgroup.procs`,
      `mkdir -p ${root}/sys/fs/cgroup/${name}`,
      `mount --bind ${folder} ${root}/sys/fs/cgroup/${name}`,
    ]),
    isUnderInit ? `set +e; ${started} & agent=$!; trap 'kill -TERM $agent' TERM; wait $agent` : `exec ${started}`,
  ]
  const child = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-euc', lines.join('\n')], {
    env: { ...env, PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return {
    exited: endOf(child),
    term: () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      // `unshare` waits for what it started; only that is in the container. Of one that ends just now there is none: 0 would be ourselves.
      const [first = ''] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')
      if (first !== '') process.kill(Number(first), 'SIGTERM')
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

async function endOf(child: ChildProcess) {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (part: Buffer) => (said = `${said}${part.toString()}`.slice(-4_000_000)))
  }
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, said }
}

/** Living processes whose root is a container's, by their command lines. */
export function processesIn(root: string): readonly string[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      if (!/^\d+$/.test(name) || readlinkSync(join('/proc', name, 'root')) !== root) return []
      return [
        readFileSync(join('/proc', name, 'cmdline'), 'utf8')
          .replaceAll('\0', ' ')
          .trim(),
      ]
    } catch {
      // It has ended, or is a zombie.
      return []
    }
  })
}
