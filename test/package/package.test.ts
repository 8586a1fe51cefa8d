import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploymentFunctions } from '#contract/deployment.ts'
import type { IdleBill } from '#contract/idle-bill.ts'

const repository = resolve('.')
const room = mkdtempSync(join(tmpdir(), 'forkcast-package-'))
/** A folder in which nothing is but what `npm install` of the tarball makes. */
const project = join(room, 'project')
const installed = join(project, 'node_modules/forkcast')

/** As a newcomer's machine: nothing of the clone is on the way. */
const env = {
  PATH: `${join(repository, 'node_modules/node/bin')}:/usr/local/bin:/usr/bin:/bin`,
  HOME: room,
  // Packages that npm has met before are all that it may use.
  npm_config_cache: process.env['npm_config_cache'] ?? join(process.env['HOME'] ?? '', '.npm'),
  npm_config_offline: 'true',
  npm_config_update_notifier: 'false',
  npm_config_loglevel: 'error',
}

function sh(command: string, cwd = project) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

function succeeds(command: string, cwd = project): string {
  const { status, stdout, stderr } = sh(command, cwd)
  expect(status, `${command}\n${stdout}\n${stderr}`).toBe(0)
  return stdout
}

beforeAll(() => {
  mkdirSync(project)
  succeeds(`npm pack --pack-destination ${room}`, repository)
  succeeds('npm init -y --init-type module && npm install ../forkcast-*.tgz')
})
afterAll(() => rmSync(room, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))

describe('the package', () => {
  it('is one package without dependencies, and clean to publint', async () => {
    expect(globSync('*', { cwd: join(project, 'node_modules') })).toStrictEqual(['forkcast'])
    const { messages } = await publint({ pkgDir: installed, strict: true })
    expect(messages).toStrictEqual([])
  })

  it('holds what was built, the licences of what is inside it, and nothing of this machine', () => {
    const files = globSync('**/*.*', { cwd: installed })
    expect(files.filter((file) => !file.startsWith('dist/parts/')).sort()).toStrictEqual([
      'CHANGELOG.md',
      'README.md',
      'bin/forkcast.mjs',
      'dist/builder.d.ts',
      'dist/builder.js',
      'dist/deploy/agent.mjs',
      'dist/deploy/app.mjs',
      'dist/deploy/bring-runtime.sh',
      'dist/deploy/copy-runtime.sh',
      'dist/deploy/ecs-settings.sh',
      ...Object.keys(deploymentFunctions)
        .map((name) => `dist/deploy/lambdas/${name}/index.mjs`)
        .toSorted(),
      'dist/deploy/start.mjs',
      'dist/forkcast.js',
      'dist/licences.txt',
      'dist/reaper.js',
      'package.json',
      'workflow.schema.json',
    ])
    const texts = files.map((file) => readFileSync(join(installed, file), 'utf8'))
    expect(texts.filter((text) => text.includes(repository))).toStrictEqual([])
    const licences = readFileSync(join(installed, 'dist/licences.txt'), 'utf8')
    for (const name of ['ajv', 'aws-local-stepfunctions', 'canonicalize', 'commander', 'ignore', 'yaml', 'zod'])
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'))
  })

  it('starts a first workflow and runs it', () => {
    expect(succeeds('npx forkcast init && npx forkcast run forkcast.yaml')).toContain('hello succeeded')
    const { outputs } = JSON.parse(succeeds('npx forkcast outputs latest --json')) as {
      readonly outputs: { readonly loud: { readonly path: string } }
    }
    expect(readFileSync(outputs.loud.path, 'utf8')).toBe('HELLO, WORLD\n')
  })

  it('names a schema in the first workflow that is there', () => {
    succeeds('npx forkcast init below/deeper')
    for (const folder of ['.', 'below/deeper']) {
      const text = readFileSync(join(project, folder, 'forkcast.yaml'), 'utf8')
      const [, path = ''] = /^# yaml-language-server: \$schema=(.*)\n/.exec(text) ?? []
      expect(path).toMatch(/^(\.\.\/)*node_modules\//)
      expect(JSON.parse(readFileSync(join(project, folder, path), 'utf8'))).toHaveProperty('$schema')
    }
  })

  it('leaves a run to an engine in the background, and ends what is left of it when that one is killed', () => {
    writeFileSync(
      join(project, 'slow.json'),
      JSON.stringify({
        apiVersion: 'forkcast/v1',
        name: 'slow',
        code: 'none',
        tasks: { a: { run: `echo $$ > ${project}/command && exec sleep 60` } },
      }),
    )
    const run = succeeds('npx forkcast run --detach slow.json --dir slow').trim()
    expect(sh(`npx forkcast wait ${run} --timeout 2 --quiet --dir slow`).status).toBe(124)
    const { pid } = JSON.parse(readFileSync(join(project, 'slow/engine.json'), 'utf8')) as { readonly pid: number }
    process.kill(pid, 'SIGKILL')
    // The reaper is a program of its own in the package.
    succeeds('for i in $(seq 100); do kill -0 $(cat command) || exit 0; sleep 0.1; done; exit 1')
    expect(sh(`npx forkcast wait ${run} --dir slow`)).toMatchObject({ status: 1 })
    succeeds(`npx forkcast cancel ${run} --dir slow`)
  })

  it('names the libraries that deploying needs, and with them makes the stacks of its own files', () => {
    const { status, stderr } = sh('npx forkcast deploy --yes')
    expect([status, stderr]).toStrictEqual([2, expect.stringMatching(/^✗ DEPLOY-LIBRARIES .*are not installed/)])
    const { peerDependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      readonly peerDependencies: Readonly<Record<string, string>>
    }
    const packages = Object.entries(peerDependencies).map(([name, range]) => `${name}@${range.replace('^', '')}`)
    expect(stderr).toContain(`→ npm install ${packages.join(' ')}\n`)

    // As they are in this clone: to install them takes a minute.
    mkdirSync(join(project, 'node_modules/@aws-cdk'))
    for (const name of Object.keys(peerDependencies))
      symlinkSync(join(repository, 'node_modules', name), join(project, 'node_modules', name))
    const { lines, unknown } = JSON.parse(
      succeeds('npx forkcast cost --idle --json -c forkcast:customerKey=true'),
    ) as IdleBill
    expect(lines.map(({ what }) => what)).toContain('keys of the account')
    expect(unknown).toStrictEqual([])
    expect(sh('npx forkcast cost --idle -c forkcast:gpus=true')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('nothing is chosen by that name') as string,
    })
  })

  it('says what it needs on a Node that is too old', () => {
    const claim = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.9.0"})`
    const { status, stderr } = sh(`node --import '${claim}' node_modules/forkcast/bin/forkcast.mjs ls`)
    expect(status).toBe(1)
    expect(stderr).toMatch(/^forkcast needs Node 22\.18 or newer and found 20\.9\.0 \(.*\): install Node 24\n$/)
    const { engines } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      readonly engines: object
    }
    expect(engines).toStrictEqual({ node: '>=22.18' })
  })
})

describe('a workflow in TypeScript', () => {
  const flow = (list: string) => `
    import { workflow } from 'forkcast'
    export default workflow({
      apiVersion: 'forkcast/v1',
      name: 'count',
      code: 'none',
      tasks: {
        list: { run: 'echo one > "$OUTPUT_NAMES"', outputs: { names: { path: 'names.txt' } } },
        count: { run: 'wc -l < "$INPUT_NAMES"', inputs: { names: { from: '${list}' } } },
      },
    })\n`
  const tsc = (file: string) =>
    sh(
      `${repository}/node_modules/.bin/tsc --noEmit --strict --target es2024 --module nodenext --skipLibCheck false --types '' ${file}`,
    )

  it('runs, and compiles with the types of the package', () => {
    writeFileSync(join(project, 'flow.ts'), flow('list.names'))
    expect(succeeds('npx forkcast run flow.ts')).toContain('count succeeded')
    expect(tsc('flow.ts')).toStrictEqual({ status: 0, stdout: '', stderr: '' })
  })

  it('says what to do where package.json makes it CommonJS, as `npm init` does', () => {
    const folder = join(project, 'commonjs')
    mkdirSync(folder)
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
    for (const name of ['flow.ts', 'flow.mts']) writeFileSync(join(folder, name), flow('list.names'))
    const { status, stderr } = sh('npx forkcast validate commonjs/flow.ts')
    expect(status).toBe(2)
    expect(stderr).toContain('→ name the file .mts or .mjs, or write "type": "module" into package.json')
    expect(succeeds('npx forkcast validate commonjs/flow.mts')).toContain('ok: 2 tasks')
  })

  it('does not compile when a reference leads nowhere', () => {
    writeFileSync(join(project, 'wrong.ts'), flow('list.nmaes'))
    expect(tsc('wrong.ts').stdout).toMatch(/^wrong\.ts\(9,68\): error TS2322/)
  })

  it('has the types that the sources have', () => {
    writeFileSync(
      join(project, 'same.ts'),
      `import type { WorkflowDefinition as Packed } from 'forkcast'
       import type { WorkflowDefinition as Source } from '${repository}/src/core/workflow/builder.ts'
       type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
       export const same: Same<Packed, Source> = true
       export const forth = (one: Packed): Source => one
       export const back = (one: Source): Packed => one\n`,
    )
    expect(tsc('--allowImportingTsExtensions same.ts')).toMatchObject({ status: 0, stdout: '' })
  })

  it('runs where the package is not installed beside it', () => {
    const elsewhere = join(room, 'elsewhere')
    mkdirSync(elsewhere)
    writeFileSync(join(elsewhere, 'flow.ts'), flow('list.names'))
    expect(succeeds(`${project}/node_modules/.bin/forkcast validate flow.ts`, elsewhere)).toContain('ok: 2 tasks')
  })
})
