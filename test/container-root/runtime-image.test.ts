import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { hostUserData, initContainer } from '../../lib/host/user-data.ts'
import { emptyRoot } from './bare-root.ts'

const why = inject('lacking') ?? (existsSync('/var/lib/dpkg/status') ? undefined : 'not on Debian')

/** Packages of the image that the runtime comes from, as far as its scripts reach: that image is of Debian, too, with Node beside. */
const packages = ['libc6', 'libc-bin', 'bash', 'dash', 'coreutils', 'gzip', 'libselinux1', 'libpcre2-8-0']
const more = ['libacl1', 'libattr1', 'libtinfo6', 'libgcc-s1', 'libstdc++6', 'zlib1g']

/** Runs a shell's lines, and gives what they said. @throws when they fail. */
function sh(script: string, ...rest: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', script, 'sh', ...rest], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`)
  return stdout
}

/** A container of the image that runs a command as Docker does: without a network, and with a folder mounted. */
const run = `
  root=$1 volume=$2 place=$3; shift 3
  mkdir -p "$root$place"
  unshare --mount --pid --net --fork sh -euc '
    root=$1 volume=$2 place=$3; shift 3
    mount --bind "$volume" "$root$place"
    mount -t proc proc "$root/proc"
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin START_MJS="\${START_MJS:-}" chroot "$root" "$@"
  ' in "$root" "$volume" "$place" "$@"`

describe.skipIf(why !== undefined)(
  `the image that the runtime comes from${why === undefined ? '' : ` (${why})`}`,
  () => {
    let folder = ''
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'forkcast-image-'))
      const image = join(folder, 'image')
      for (const name of ['usr/bin', 'usr/lib', 'usr/lib64', 'usr/sbin', 'usr/local/bin', 'proc', 'tmp', 'dev']) {
        mkdirSync(join(image, name), { recursive: true })
      }
      for (const name of ['bin', 'lib', 'lib64', 'sbin']) symlinkSync(`usr/${name}`, join(image, name))
      sh(
        `root=$1; shift
      dpkg -L "$@" | while read -r file; do if [ -L "$file" ] || [ -f "$file" ]; then echo "$file"; fi; done |
        grep -v /usr/share/ | tar -cPf - --no-recursion -T - | tar -xf - -C "$root" --keep-directory-symlink`,
        image,
        ...packages,
        ...more,
      )
      sh('cp "$1" "$2/usr/local/bin/node"; ln -sf dash "$2/usr/bin/sh"', resolve('node_modules/node/bin/node'), image)
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    /** What the runtime of a folder is good for in a root that has nothing. */
    function tried(runtime: string): string {
      const root = mkdtempSync(join(folder, 'bare-'))
      emptyRoot(root)
      const own = (program: string) => [
        '/opt/forkcast/ld.so',
        '--library-path',
        '/opt/forkcast/lib',
        `/opt/forkcast/${program}`,
      ]
      sh(run, root, runtime, '/opt/forkcast', ...own('mkfifo'), '/tmp/pipe')
      const program = `[process.version, fs.statSync('/tmp/pipe').isFIFO(), fs.readdirSync('/opt/forkcast').join(' ')].join(', ')`
      return sh(run, root, runtime, '/opt/forkcast', ...own('node'), '-p', program)
    }
    const expected = `v${(JSON.parse(readFileSync('node_modules/node/package.json', 'utf8')) as { version: string }).version}`

    it('fills the volume of a task of Fargate, whose container needs nothing else', () => {
      const volume = join(folder, 'volume')
      mkdirSync(volume)
      const { command } = initContainer()
      expect(sh(run, join(folder, 'image'), volume, '/opt/forkcast', ...command)).toContain(expected)
      expect(tried(volume)).toBe(`${expected}, true, ld.so lib mkfifo node start.mjs\n`)
    })

    it('gives a host its runtime at its start', () => {
      const bin = join(folder, 'bin')
      mkdirSync(bin)
      writeFileSync(join(folder, 'run.sh'), `#!/bin/sh\nset -eu\n${run}`)
      // As the user data calls it: run --rm --network none --volume FOLDER:/runtime --env START_MJS --entrypoint sh IMAGE ARG…
      writeFileSync(
        join(bin, 'docker'),
        `#!/bin/bash
      [[ $1 == run ]] || exit 0
      [[ "$2 $3 $4 $5 $7 $8 $9 \${10}" == "--rm --network none --volume --env START_MJS --entrypoint sh" ]] || exit 9
      exec sh ${folder}/run.sh ${folder}/image "\${6%:/runtime}" /runtime sh "\${@:12}"\n`,
      )
      chmodSync(join(bin, 'docker'), 0o755)
      const script =
        hostUserData()
          .split('--==forkcast==')
          .find((part) => part.includes('RUNTIME_IMAGE=')) ?? ''
      const file = join(folder, 'user-data')
      writeFileSync(file, script.slice(script.indexOf('#!')).trimEnd())
      const places = `RUNTIME_FOLDER=${folder}/opt CACHE_FOLDER=${folder}/cache CONSOLE=${folder}/console TRIES=1`
      sh(`${places} PATH=${bin}:$PATH bash ${file}`)
      expect(readdirSync(folder)).not.toContain('opt.new')
      expect(tried(join(folder, 'opt'))).toBe(`${expected}, true, ld.so lib mkfifo node start.mjs\n`)
    })
  },
)
