import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'

/**
 * The entry point of containers as one file. They are processes of this machine here, which has one file system for all of them: so the
 * place of their working folders is below the temporary folder of each.
 */
export async function bundleAgent(outfile: string): Promise<void> {
  await build({
    entryPoints: ['src/container/entry.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    plugins: [
      {
        name: 'one file system',
        setup: ({ onLoad }) =>
          onLoad({ filter: /container-environment\.ts$/ }, async ({ path }) => {
            const text = await readFile(path, 'utf8')
            const scratch = "'/var/lib/forkcast'"
            if (!text.includes(scratch)) throw new Error('containers have another place for their folders')
            return { loader: 'ts', contents: text.replace(scratch, '`${process.env.TMPDIR}/forkcast`') }
          }),
      },
    ],
    logLevel: 'silent',
  })
}
