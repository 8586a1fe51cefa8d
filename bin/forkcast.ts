#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { CliHost } from '#cli/host.ts'
import { main } from '#cli/main.ts'
import { processHost } from '#cli/process-host.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { checkMachine } from '#local/check-machine.ts'
import { loadWorkflow } from '#local/load-workflow.ts'
import { machineFault } from '#local/machine-fault.ts'
import { openControlPlane } from '#local/open-control-plane.ts'

/** The command line, wired to this machine. */
const root = new URL('../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { readonly version: string }

const host: CliHost = {
  ...processHost(),
  // Printed commands are to be typed as this one was.
  command: process.env['npm_command'] === 'exec' ? 'npx forkcast' : 'forkcast',
  version: { forkcast: version, node: process.versions.node, platform: `${process.platform} ${process.arch}` },
  schema: new URL('workflow.schema.json', root).href,
  limits: LIMITS,
  openControlPlane: (options) =>
    openControlPlane({
      ...options,
      inherit: inherited(process.env),
      secrets: { environment: (name) => process.env[name], folder: process.cwd() },
      reaper: fileURLToPath(new URL('src/agent/reaper.ts', root)),
    }),
  loadWorkflow,
  explain: machineFault,
  checkMachine,
}

process.exitCode = await main(process.argv.slice(2), host)

/** What a command sees of this machine's environment; all else is its own. */
function inherited(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const names = ['PATH', 'HOME', 'LANG']
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}
