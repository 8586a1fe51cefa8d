import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleAgent } from '../../test/account/agent-bundle.ts'

/** How containers of these tests start. */
export interface Agent {
  readonly sha256: string
  readonly bytes: Uint8Array
  readonly command: readonly string[]
}

/**
 * The agent and what fetches it, as hosts have it. They are processes of this machine, which has one file system for all of them: so the
 * places that are a container's own are below the temporary folder of each, and the host's cache is in `folder`.
 */
export async function buildAgentIn(folder: string): Promise<Agent> {
  const bundle = join(folder, 'agent.mjs')
  await bundleAgent(bundle)
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
  const bytes = readFileSync(bundle)
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes, command: [process.execPath, start] }
}
