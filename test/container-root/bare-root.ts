import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Programs of this machine that images have in these tests, each with its own libraries. */
const programs = [
  'sh',
  'cat',
  'dd',
  'echo',
  'env',
  'ln',
  'ls',
  'mkdir',
  'mv',
  'rm',
  'seq',
  'setsid',
  'sleep',
  'touch',
  'yes',
]

/** Why containers can't be made here; `undefined`: they can. */
export function lacking(): string | undefined {
  if (process.platform !== 'linux') return 'not on Linux'
  if (process.getuid?.() !== 0) return 'not root'
  const tried = spawnSync('unshare', ['--mount', '--pid', '--fork', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
  return tried.status === 0 ? undefined : `unshare: ${tried.error?.message ?? tried.stderr.toString().trim()}`
}

/** A root with nothing in it but places to mount on. */
export function emptyRoot(folder: string): void {
  for (const name of ['opt/forkcast', 'proc', 'dev', 'tmp', 'sys/fs/cgroup', 'var/lib/forkcast', 'var/cache']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  chmodSync(join(folder, 'tmp'), 0o1777)
  for (const name of ['null', 'zero']) writeFileSync(join(folder, 'dev', name), '')
}

/** One with a shell and a few programs, as images have them: with a libc of its own that the agent does not use. */
export function shellRoot(folder: string): void {
  emptyRoot(folder)
  for (const name of programs) {
    const path = spawnSync('sh', ['-c', `command -v ${name}`])
      .stdout.toString()
      .trim()
    const file = existsSync(path) ? path : join('/bin', name)
    copyInto(folder, file, join('/bin', basename(name)))
    for (const library of librariesOf(file)) copyInto(folder, library, library)
  }
}

/** `ldd` names the loader by its path alone. */
function librariesOf(file: string): readonly string[] {
  const lines = spawnSync('ldd', [file]).stdout.toString().split('\n')
  return lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? [])
}

function copyInto(root: string, from: string, to: string): void {
  mkdirSync(join(root, dirname(to)), { recursive: true })
  if (!existsSync(join(root, to))) copyFileSync(from, join(root, to))
}
