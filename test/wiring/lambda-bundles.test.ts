import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploymentEnvironment, deploymentFunctions, type DeploymentFunction } from '#contract/deployment.ts'
import { buildLambdas } from '../../scripts/lambda-bundles.ts'

const names = Object.keys(deploymentFunctions) as DeploymentFunction[]
/** What Lambda downloads and reads at each cold start; without a source map. */
const mostBytes = 2_000_000

const rows = ['client-dynamodb', 'client-s3', 'client-sfn', 'client-sqs']
const jobs = [...rows, 'client-batch', 'client-ssm'].sort()
const market = ['client-ec2', 'client-pricing', 'client-service-quotas']
/** The clients of AWS that each function uses. */
const clients: Readonly<Record<DeploymentFunction, readonly string[]>> = {
  launch: rows,
  settle: jobs,
  dispatch: jobs,
  timers: jobs,
  'job-events': jobs,
  clone: [...jobs, 'client-sts'].sort(),
  api: [...jobs, 'client-cloudwatch-logs', 'client-eventbridge'].sort(),
  work: [...jobs, ...market, 'client-eventbridge'].sort(),
  watch: [...jobs, ...market, 'client-eventbridge'].sort(),
}

describe('the functions of a deployment as one file each', () => {
  let folder: string
  let metafile: Metafile
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'forkcast-bundles-'))
    metafile = await buildLambdas(folder)
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const outputOf = (name: DeploymentFunction) => {
    const [, output] = Object.entries(metafile.outputs).find(([path]) => path.endsWith(`/${name}/index.mjs`)) ?? []
    if (output === undefined) throw new Error(`${name} was not built`)
    return output
  }

  it.each(names)('%s holds the clients of AWS that it uses, and no others', (name) => {
    const inside = Object.entries(outputOf(name).inputs).flatMap(([path, { bytesInOutput }]) => {
      const [, client] = /node_modules\/@aws-sdk\/(client-[^/]+)\/.*Client\.js$/.exec(path) ?? []
      return client !== undefined && bytesInOutput > 0 ? [client] : []
    })
    expect([...new Set(inside)].sort()).toStrictEqual(clients[name])
  })

  it('are as small as that', () => {
    const sizes = names.map((name) => [name, outputOf(name).bytes] as const)
    process.stdout.write(`${sizes.map(([name, bytes]) => `${name} ${Math.round(bytes / 1000)} kB`).join(', ')}\n`)
    expect(sizes.filter(([, bytes]) => bytes > mostBytes)).toStrictEqual([])
  })

  it('start with nothing but their settings', { timeout: 60_000 }, () => {
    // What the others are made of is in these.
    const started = ['api', 'clone', 'launch', 'work'] as const
    const queue = 'https://sqs.us-east-1.amazonaws.com/000000000000/queue'
    const values: Readonly<Record<string, string>> = {
      deployment: 'forkcast',
      table: 'table',
      bucket: 'bucket',
      stateMachine: 'arn:aws:states:us-east-1:000000000000:stateMachine:forkcast',
      dispatchQueue: queue,
      timerQueue: queue,
      workQueue: queue,
      cloneRole: 'arn:aws:iam::000000000000:role/clone',
      agent: 'a'.repeat(64),
      agentBucket: 'assets',
      agentKey: 'agent.mjs',
      watchRule: 'watch',
    }
    const environment = Object.entries(values).map(([name, value]) => {
      return [deploymentEnvironment[name as keyof typeof deploymentEnvironment], value]
    })
    const say = `
      const all = {}
      for (const name of ${JSON.stringify(started)}) all[name] = typeof (await import('${folder}/' + name + '/index.mjs')).handler
      console.log(JSON.stringify(all))
    `
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', say], {
      env: { ...Object.fromEntries(environment), AWS_REGION: 'us-east-1', POWERTOOLS_TRACE_ENABLED: 'false' },
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toStrictEqual(Object.fromEntries(started.map((name) => [name, 'function'])))
  })
})
