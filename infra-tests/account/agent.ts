import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleAgent } from '../../test/account/agent-bundle.ts'
import { notingCalls } from '../permissions/note-functions.ts'

/** How containers of these tests start. */
export interface Agent {
  /** Its bundle. */
  readonly file: string
  readonly command: readonly string[]
}

/**
 * The agent and what fetches it, as hosts have it. They are processes of this machine, which has one file system for all of them: so the
 * places that are a container's own are below the temporary folder of each, and the host's cache is in `folder`.
 */
export async function buildAgentIn(folder: string): Promise<Agent> {
  await bundleAgent(folder)
  const start = join(folder, 'start.mjs')
  let text = readFileSync('lib/host/start.mjs', 'utf8')
  for (const [place, here] of [
    ["'/var/lib/forkcast'", '`${process.env.TMPDIR}/forkcast`'],
    ["'/var/cache/forkcast'", JSON.stringify(join(folder, 'cache'))],
  ] as const) {
    if (!text.includes(place)) throw new Error(`hosts start containers without ${place}`)
    text = text.replace(place, here)
  }
  writeFileSync(start, text)
  return { file: join(folder, 'agent.mjs'), command: [process.execPath, ...notingCalls, start] }
}
