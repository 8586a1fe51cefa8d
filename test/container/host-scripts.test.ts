import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hostUserData, initContainer, runtimeImage } from '../../lib/host/user-data.ts'

/** A Node that is a small program: what it is copied with is that of any program of this machine. */
const node = spawnSync('sh', ['-c', 'command -v env']).stdout.toString().trim()

/** A host on which programs that only root may run are scripts, which say how they were called. */
class Host implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'forkcast-host-'))
  readonly runtime = join(this.folder, 'opt/forkcast')
  readonly cache = join(this.folder, 'var/cache')
  readonly config = join(this.folder, 'etc/ecs.config')

  constructor() {
    mkdirSync(join(this.folder, 'bin'))
    mkdirSync(join(this.folder, 'opt'))
    // Containers of it are shells of this machine, whose folder is the one that they would mount.
    this.program(
      'docker',
      `case $1 in
        info) ;;
        pull) test ! -e ${this.folder}/offline || { rm ${this.folder}/offline; exit 1; } ;;
        run)
          while [ "$1" != -c ]; do
            case $1 in --volume) folder=\${2%:/runtime} ;; esac
            shift
          done
          NODE=${node} exec sh -c "$2" "$3" "$folder" ;;
      esac`,
    )
    this.program('systemctl', ':')
  }

  /** Runs the scripts of a host's user data in order, as a host does at its start. */
  start() {
    const parts = hostUserData('node:test').split('--==forkcast==')
    const scripts = parts.flatMap((part) => (part.includes('#!') ? [part.slice(part.indexOf('#!')).trimEnd()] : []))
    return scripts.map((script, index) => {
      const file = join(this.folder, `part-${index}`)
      writeFileSync(file, script)
      chmodSync(file, 0o755)
      const { status, stdout, stderr } = spawnSync(file, {
        env: {
          PATH: `${this.folder}/bin:${process.env['PATH']}`,
          ECS_CONFIG: this.config,
          RUNTIME_FOLDER: this.runtime,
          CACHE_FOLDER: this.cache,
          CONSOLE: join(this.folder, 'console'),
          TRIES: '3',
          WAIT_S: '0',
        },
      })
      return { status, said: `${stdout.toString()}${stderr.toString()}` }
    })
  }

  calls(): readonly string[] {
    return readFileSync(join(this.folder, 'calls'), 'utf8').trim().split('\n')
  }

  program(name: string, script: string): void {
    const file = join(this.folder, 'bin', name)
    writeFileSync(file, `#!/bin/bash\necho "${name} \${*:1:2}" >> ${this.folder}/calls\n${script}\n`)
    chmodSync(file, 0o755)
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A runtime is whole once it starts programs by its own loader. */
function startedBy(runtime: string) {
  const { stdout } = spawnSync(
    join(runtime, 'ld.so'),
    ['--library-path', join(runtime, 'lib'), join(runtime, 'node'), 'a=b'],
    {
      env: {},
    },
  )
  return stdout.toString()
}

describe.skipIf(process.platform !== 'linux')('a host that starts', () => {
  it('has the runtime of an image, a cache for anybody, and settings of the ECS agent', () => {
    using host = new Host()
    writeFileSync(join(host.folder, 'offline'), '')
    const [settings, runtime] = host.start()
    expect([settings?.status, runtime?.status]).toStrictEqual([0, 0])
    expect(runtime?.said).toContain('forkcast: no runtime from node:test yet (try 1)\n')
    expect(readFileSync(join(host.folder, 'console'), 'utf8')).toContain(
      `forkcast: the runtime is in ${host.runtime}\n`,
    )
    expect(startedBy(host.runtime)).toBe('a=b\n')
    expect(readFileSync(join(host.runtime, 'start.mjs'), 'utf8').trimEnd()).toBe(
      readFileSync('lib/host/start.mjs', 'utf8').trimEnd(),
    )
    expect(readFileSync(host.config, 'utf8')).toContain('ECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n')
    expect(existsSync(`${host.runtime}.new`)).toBe(false)
  })

  it('does nothing twice', () => {
    using host = new Host()
    host.start()
    const before = [readFileSync(host.config, 'utf8'), host.calls().length]
    expect(host.start().map(({ status }) => status)).toStrictEqual([0, 0])
    expect([readFileSync(host.config, 'utf8'), host.calls().length]).toStrictEqual(before)
  })

  it('ends when it can’t have the runtime: it would fail each job that it gets', () => {
    using host = new Host()
    host.program('docker', 'test "$1" = info')
    const [, runtime] = host.start()
    expect(runtime?.status).toBe(1)
    expect(host.calls().filter((call) => call.startsWith('docker pull'))).toHaveLength(3)
    expect(host.calls().at(-1)).toBe('systemctl poweroff')
    expect(existsSync(host.runtime)).toBe(false)
  })

  it('leaves nothing that looks whole when a copy breaks off', () => {
    using host = new Host()
    host.program('cp', 'case "$*" in *ld.so) exit 1 ;; esac; exec /bin/cp "$@"')
    expect(host.start().map(({ status }) => status)).toStrictEqual([0, 1])
    expect(existsSync(host.runtime)).toBe(false)
  })
})

describe('user data', () => {
  it('is a MIME document of scripts in ASCII, and fits', () => {
    const document = hostUserData()
    expect(document.startsWith('Content-Type: multipart/mixed; boundary="==forkcast=="\n')).toBe(true)
    expect(document.match(/^Content-Type: text\/x-shellscript/gm)).toHaveLength(2)
    expect(document.endsWith('--==forkcast==--\n')).toBe(true)
    // oxlint-disable-next-line eslint/no-control-regex
    expect(document).toMatch(/^[\x00-\x7f]*$/)
    expect(document).toContain(`RUNTIME_IMAGE='${runtimeImage}'`)
    expect(() => hostUserData('x'.repeat(20_000))).toThrow('user data has more than 16384 bytes')
  })
})

describe.skipIf(process.platform !== 'linux')('the container before that of a clone on Fargate', () => {
  it('fills an empty volume, and is short enough for a pool’s parameter', () => {
    const { image, command } = initContainer()
    expect(image).toBe(runtimeImage)
    expect(JSON.stringify({ image, command }).length).toBeLessThan(2_800)
    const folder = mkdtempSync(join(tmpdir(), 'forkcast-volume-'))
    try {
      const [program = '', ...rest] = command.slice(0, -1)
      const { status, stderr } = spawnSync(program, [...rest, folder], {
        env: { PATH: process.env['PATH'], NODE: node },
      })
      expect([status, stderr.toString()]).toStrictEqual([0, ''])
      expect(startedBy(folder)).toBe('a=b\n')
      expect(readdirSync(folder).toSorted()).toStrictEqual(['ld.so', 'lib', 'mkfifo', 'node', 'start.mjs'])
      const checked = spawnSync(process.execPath, ['--check', join(folder, 'start.mjs')])
      expect(checked.status).toBe(0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
