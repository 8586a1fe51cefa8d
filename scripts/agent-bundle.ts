import { build, type BuildOptions, type Metafile } from 'esbuild'

/** What all programs of the package have in common. */
export const asProgram = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  // Packages that are CommonJS ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions

/** Makes `agent.mjs` in a folder: the agent of containers, one file, which they fetch by its hash. */
export async function buildAgent(outdir: string): Promise<Metafile> {
  const { metafile } = await build({
    ...asProgram,
    entryPoints: { agent: 'src/container/entry.ts' },
    outdir,
    outExtension: { '.js': '.mjs' },
    // Its hosts bring their own Node.
    target: 'node24',
    minify: true,
  })
  return metafile
}
