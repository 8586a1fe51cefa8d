import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'
import { buildAgent } from '../../scripts/agent-bundle.ts'

/**
 * Makes `agent.mjs` in a folder, as it is deployed. Containers are processes of this machine here, which has one file system for all of
 * them: so the place of their working folders is below the temporary folder of each.
 */
export async function bundleAgent(folder: string): Promise<void> {
  await buildAgent(folder, [oneFileSystem])
}

const oneFileSystem: Plugin = {
  name: 'one file system',
  setup: ({ onLoad }) =>
    onLoad({ filter: /container-environment\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const scratch = "'/var/lib/forkcast'"
      if (!text.includes(scratch)) throw new Error('containers have another place for their folders')
      return { loader: 'ts', contents: text.replace(scratch, '`${process.env.TMPDIR}/forkcast`') }
    }),
}
