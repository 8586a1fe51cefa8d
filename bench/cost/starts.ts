import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type DeploymentFunction, deploymentEnvironment, deploymentFunctions } from '#contract/deployment.ts'
import { buildLambdas } from '../../scripts/lambda-bundles.ts'

/** What a function weighs, and how long it takes to start on this machine, nothing compiled before. */
export interface Start {
  readonly name: DeploymentFunction
  readonly bytes: number
  /** To read and run its bundle, clients made; the best of the rounds. */
  readonly importMs: number
  /** CPU of the same. */
  readonly cpuMs: number
}

const rounds = 3

/** Bundles all functions as they are deployed, and starts each in processes of their own. */
export async function measuredStarts(): Promise<readonly Start[]> {
  const folder = await mkdtemp(join(tmpdir(), 'forkcast-starts-'))
  try {
    await buildLambdas(folder)
    const starts: Start[] = []
    for (const name of Object.keys(deploymentFunctions) as DeploymentFunction[]) {
      const file = join(folder, name, 'index.mjs')
      const taken: { readonly importMs: number; readonly cpuMs: number }[] = []
      for (let round = 0; round < rounds; round += 1) taken.push(await started(file))
      const best = taken.toSorted((a, b) => a.importMs - b.importMs)[0]
      if (best !== undefined) starts.push({ name, bytes: (await stat(file)).size, ...best })
    }
    return starts
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Settings that every function finds its own among. */
const settings: NodeJS.ProcessEnv = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  ...Object.fromEntries(Object.values(deploymentEnvironment).map((name) => [name, 'arn:aws:states:us-east-1:1:x'])),
}

/** Without what Node itself takes to start, which Lambda has done before. */
async function started(file: string): Promise<{ readonly importMs: number; readonly cpuMs: number }> {
  const program = `
    const from = [performance.now(), process.cpuUsage()]
    await import(${JSON.stringify(file)})
    const { user, system } = process.cpuUsage(from[1])
    console.log(JSON.stringify({ importMs: performance.now() - from[0], cpuMs: (user + system) / 1000 }))
    process.exit()`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...settings, NODE_DISABLE_COMPILE_CACHE: '1' },
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { readonly importMs: number; readonly cpuMs: number }
}
