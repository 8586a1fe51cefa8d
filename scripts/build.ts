/**
 * `npm run build`: the package's `dist/`: the command line, the reaper that it starts, the builder of workflows with its types, and in
 * `deploy/` the app of the CDK with what it deploys. Node strips no types below `node_modules`, so these are JavaScript, with every
 * package that they use inside, but for the libraries of the CDK.
 */
import { copyFileSync, globSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { build, type Plugin } from 'esbuild'
import packageJson from '../package.json' with { type: 'json' }
import { asProgram } from './agent-bundle.ts'
import { builderTypes } from './builder-types.ts'
import { buildDeploymentFiles } from './deployment-files.ts'

const outdir = 'dist'
/** What whoever deploys installs beside the package. */
const external = Object.keys(packageJson.peerDependencies)

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
function licences(inputs: readonly string[]): string {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
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
  ...asProgram,
  entryPoints: {
    forkcast: 'bin/forkcast.ts',
    reaper: 'src/agent/reaper.ts',
    builder: 'src/core/workflow/builder.ts',
  },
  outdir,
  // What only one verb needs is a file of its own, read when that verb runs.
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
  target: 'node22.18',
  plugins: [...asProgram.plugins, withoutUnused],
  external,
})
const deploy = `${outdir}/deploy`
const app = await build({
  ...asProgram,
  entryPoints: { app: 'bin/app.ts' },
  outdir: deploy,
  outExtension: { '.js': '.mjs' },
  target: 'node22.18',
  external,
})
// Files of hosts are read beside the app.
for (const file of globSync('lib/host/*.{mjs,sh}')) copyFileSync(file, `${deploy}/${basename(file)}`)
const made = [metafile, app.metafile, ...(await buildDeploymentFiles(deploy))]
writeFileSync(`${outdir}/licences.txt`, licences(made.flatMap(({ inputs }) => Object.keys(inputs))))
writeFileSync(`${outdir}/builder.d.ts`, builderTypes())

const outputs = made.flatMap((one) => Object.values(one.outputs))
const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0)
console.log(`${outdir}: ${outputs.length} files, ${(bytes / 1e6).toFixed(1)} MB`)
