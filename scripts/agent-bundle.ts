import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild'
import { withoutLocales } from './without-locales.ts'

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
  plugins: [withoutLocales],
  metafile: true,
  logLevel: 'warning',
} satisfies BuildOptions

/** Makes `agent.mjs` in a folder: the agent of containers, one file, which they fetch by its hash. */
export async function buildAgent(outdir: string, plugins: readonly Plugin[] = []): Promise<Metafile> {
  const { metafile } = await build({
    ...asProgram,
    entryPoints: { agent: 'src/container/entry.ts' },
    outdir,
    outExtension: { '.js': '.mjs' },
    // Its hosts bring their own Node.
    target: 'node24',
    minify: true,
    plugins: [...asProgram.plugins, ...plugins],
  })
  return metafile
}
