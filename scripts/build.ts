/**
 * `npm run build`: the package's `dist/`: the command line, the reaper that it starts, and the builder of workflows with its
 * types. Node strips no types below `node_modules`, so these are JavaScript, with every package that they use inside.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { build, type Metafile, type Plugin } from 'esbuild'
import { builderTypes } from './builder-types.ts'

const outdir = 'dist'

/**
 * The interpreter of state machines can call Lambda functions of an account, and check a definition; this product never lets
 * it, and each start would pay for both.
 */
const withoutUnused: Plugin = {
  name: 'without-unused',
  setup(plugin) {
    plugin.onResolve({ filter: /^(?:@aws-sdk\/.*|asl-validator)$/ }, ({ path, importer }) =>
      importer.includes('aws-local-stepfunctions') ? { path, namespace: 'without-unused' } : undefined,
    )
    plugin.onLoad({ filter: /./, namespace: 'without-unused' }, ({ path }) => ({
      contents: [
        'function LambdaClient',
        'function InvokeCommand',
        'function fromCognitoIdentityPool',
        'default function',
      ]
        .map((named) => `export ${named}() { throw new Error('${path} is not part of this package') }`)
        .join('\n'),
    }))
  },
}

/** Licences of the packages that are inside, each once; a package without one stops the build. */
function licences({ inputs }: Metafile): string {
  const folders = Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as {
      readonly name: string
      readonly version: string
      readonly license?: string
    }
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
    if (license === undefined && file === undefined) throw new Error(`${name} says nothing of its licence`)
    const text = file === undefined ? '' : `\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}`
    return `${name} ${version} (${license ?? 'see below'})${text}\n`
  })
  return `Packages inside the JavaScript files of this folder, and their licences.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`
}

rmSync(outdir, { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: {
    forkcast: 'bin/forkcast.ts',
    reaper: 'src/agent/reaper.ts',
    builder: 'src/core/workflow/builder.ts',
  },
  outdir,
  bundle: true,
  // What only one verb needs is a file of its own, read when that verb runs.
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  mainFields: ['module', 'main'],
  // Packages that are CommonJS ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  plugins: [withoutUnused],
  metafile: true,
  logLevel: 'warning',
})
writeFileSync(`${outdir}/licences.txt`, licences(metafile))
writeFileSync(`${outdir}/builder.d.ts`, builderTypes())

const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
console.log(`${outdir}: ${Object.keys(metafile.outputs).length} files, ${(bytes / 1e6).toFixed(1)} MB`)
