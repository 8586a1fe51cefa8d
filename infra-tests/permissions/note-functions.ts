import { resolve } from 'node:path'
import type { DeploymentFunction } from '#contract/deployment.ts'
import { configureFunction, deployedFunctions, nameOf } from '../account/deployed-functions.ts'

const program = resolve('infra-tests/permissions/note-calls.mjs')

/** How a process of Node is started that notes its calls. */
export const notingCalls = ['--import', program] as const

/** Variables of a process that notes its calls in a file. Links that it follows were signed by a function. */
export function callsVariables(file: string, linksBy: DeploymentFunction): Readonly<Record<string, string>> {
  return { FORKCAST_CALLS: file, FORKCAST_LINKS_BY: linksBy }
}

/** Has the functions of a deployment note their calls in a file. */
export async function noteCallsOfFunctions(accountUrl: string, file: string): Promise<void> {
  for (const one of await deployedFunctions(accountUrl)) {
    const name = nameOf(one)
    if (name === undefined) continue
    const variables = { NODE_OPTIONS: notingCalls.join(' '), FORKCAST_CALLS: file, FORKCAST_CALLS_BY: name }
    await configureFunction(accountUrl, one, variables)
  }
}
