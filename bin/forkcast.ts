#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CliHost } from '#cli/host.ts'
import { main } from '#cli/main.ts'
import { processHost } from '#cli/process-host.ts'
import type { AwsCredentials } from '#client/signed-requests.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { machineFault } from '#local/machine-fault.ts'

/** The command line, wired to this machine. What only some verbs need is loaded when they ask for it. */
const root = new URL('../', import.meta.url)
/** In the package this is built JavaScript, and so is what lies beside it. */
const built = import.meta.url.endsWith('.js')
const reaper = fileURLToPath(new URL(built ? 'dist/reaper.js' : 'src/agent/reaper.ts', root))
const { version, peerDependencies } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  readonly version: string
  readonly peerDependencies: Readonly<Record<string, string>>
}
/** Whether this process ends though something may still be under way. */
let mayLeave = false
/** Libraries that only deploying needs, in the oldest version that will do. */
const deployLibraries = Object.fromEntries(
  Object.entries(peerDependencies).map(([name, range]) => [name, range.replace('^', '')]),
)

const host: CliHost = {
  ...processHost(),
  // Printed commands are to be typed as this one was.
  command: process.env['npm_command'] === 'exec' ? 'npx forkcast' : 'forkcast',
  version: { forkcast: version, node: process.versions.node, platform: `${process.platform} ${process.arch}` },
  schema,
  limits: LIMITS,
  async openControlPlane(options) {
    const { openControlPlane } = await import('#local/open-control-plane.ts')
    return openControlPlane({
      ...options,
      inherit: inherited(process.env),
      secrets: {
        environment: (name) => process.env[name],
        folder: process.cwd(),
        account: { credentials: awsCredentials(), endpoint: process.env['AWS_ENDPOINT_URL'] },
      },
      reaper,
      program: fileURLToPath(new URL('bin/forkcast.mjs', root)),
    })
  },
  async openBatch(request) {
    const { openBatch } = await import('#local/batch/open-batch.ts')
    return openBatch({ ...request, inherit: inherited(process.env), reaper })
  },
  async openRemote({ url, dir }) {
    const { openRemote } = await import('#client/open-remote.ts')
    const given = (name: string) => (process.env[name] === '' ? undefined : process.env[name])
    const iam = { region: given('FORKCAST_API_REGION'), credentials: awsCredentials() }
    return openRemote({ url, token: given('FORKCAST_TOKEN'), engine: () => engineOf(dir), iam })
  },
  async loadWorkflow(path) {
    if (/\.[cm]?[jt]s$/.test(path)) offerBuilder()
    return (await import('#local/load-workflow.ts')).loadWorkflow(path)
  },
  explain: machineFault,
  checkAccount: async (choice) => (await import('#deployer/check-account.ts')).checkAwsAccount(choice),
  async openDeployer(choice) {
    const { openDeployer } = await import('#deployer/open-deployer.ts')
    mayLeave = true
    const folder = fileURLToPath(root)
    const libraries = { root: folder, versions: deployLibraries }
    const isEmulated = (process.env['AWS_ENDPOINT_URL'] ?? '') !== ''
    const app = { command: appCommand(), folder }
    return openDeployer(choice, { app, isEmulated, libraries, cwd: process.cwd() })
  },
  checkMachine: async (dir) => (await import('#local/check-machine.ts')).checkMachine(dir),
}

process.exitCode = await main(process.argv.slice(2), host)
// What was asked of an account before a signal came is nobody's any more.
if (mayLeave) process.exit()

/** What makes the stacks; in a clone, after what they deploy was built. */
function appCommand(): string {
  const node = `"${process.execPath}"`
  return built ? `${node} dist/deploy/app.mjs` : `${node} scripts/deployment-files.ts && ${node} bin/app.ts`
}

/** A path that stays right when the project moves, where this program is installed in it; else where it is. */
function schema(folder: string): string {
  const file = new URL('workflow.schema.json', root)
  const path = fileURLToPath(file)
  const installed = resolve('node_modules') + sep
  return path.startsWith(installed) ? relative(resolve(folder), path).replaceAll(sep, '/') : file.href
}

/** `import { workflow } from 'forkcast'` works also where this package is not installed beside the workflow. */
function offerBuilder(): void {
  const builder = new URL(built ? 'dist/builder.js' : 'src/core/workflow/builder.ts', root).href
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context)
      } catch (error) {
        if (specifier !== 'forkcast') throw error
        return next(builder, context)
      }
    },
  })
}

/** What a command sees of this machine's environment; all else is its own. */
function inherited(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const names = ['PATH', 'HOME', 'LANG']
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}

/** Credentials as every program of AWS finds them: environment, profiles, single sign-on, the machine's own. */
function awsCredentials(): AwsCredentials {
  let provider: AwsCredentials | undefined
  return async () => {
    if (provider === undefined) {
      const { defaultProvider } = await import('@aws-sdk/credential-provider-node')
      provider = defaultProvider()
    }
    return provider()
  }
}

/** The address that the engine of a state directory gives of itself, and its token. */
async function engineOf(dir: string) {
  const { readEngineNote } = await import('#adapters/local/engine-lock.ts')
  return readEngineNote(dir).address
}
