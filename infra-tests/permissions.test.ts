import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { deploymentFunctions, type DeploymentFunction } from '#contract/deployment.ts'
import { type Weighed, weighed } from '../test/account/policy-evaluators.ts'
import { account, region } from './account/emulated-account.ts'
import { deployed } from './deployed.ts'
import { explanationOf, explanations, isAbout } from './permissions/explanations.ts'
import { usedGrants } from './permissions/grants.ts'
import { type IamCall, iamCalls, type NotedCall } from './permissions/iam-calls.ts'

const { rights, calls: file, bucket, table } = deployed
const names = Object.keys(deploymentFunctions) as DeploymentFunction[]
const place = { region, account, stateMachine: rights.stateMachine }
const noted = [...new Set(readFileSync(file, 'utf8').trimEnd().split('\n'))].map(
  (line) => JSON.parse(line) as NotedCall,
)

/** What each function and each session asked for, every request once. */
const calls = new Map<string, readonly IamCall[]>()
for (const [by, all] of Map.groupBy(noted, (call) => call.by)) {
  const distinct = new Map(all.flatMap((call) => iamCalls(call, place)).map((call) => [JSON.stringify(call), call]))
  calls.set(by, [...distinct.values()])
}
const callsOf = (by: string): readonly IamCall[] => calls.get(by) ?? []
const policiesOf = (name: DeploymentFunction) => rights.functions[name] ?? []
const tableArn = `arn:aws:dynamodb:${region}:${account}:table/${table}`
const objects = `arn:aws:s3:::${bucket}`

/** What is denied, in words; by MiniStack's reading of policies or by Moto's. */
async function denied(all: readonly (Weighed & { readonly by: string })[]): Promise<readonly string[]> {
  const verdicts = await weighed(all)
  return all.flatMap(({ by, requests }, index) =>
    requests.flatMap(({ action, resource, context }, at) => {
      const { miniStack, moto } = verdicts[index]?.[at] ?? { miniStack: false, moto: false }
      const words = `${by}: ${action} on ${resource} ${JSON.stringify(context)}`
      return [...(miniStack ? [] : [`MiniStack: ${words}`]), ...(moto === false ? [`Moto: ${words}`] : [])]
    }),
  )
}

describe('what was asked of services while scenarios ran', { retry: 0 }, () => {
  it('was noted of each function, and of clones', () => {
    expect(names.filter((name) => callsOf(name).length === 0)).toStrictEqual([])
    const sessions = noted.filter((call) => 'session' in call)
    expect(sessions.length).toBeGreaterThan(100)
    const strangers = [...calls.keys()].filter((by) => !(by in deploymentFunctions) && !by.startsWith('ASIA'))
    expect(strangers).toStrictEqual([])
    const all = names.flatMap(callsOf)
    const actions = new Set(all.map(({ action }) => action))
    const words = `${all.length} calls of ${actions.size} actions by functions, ${sessions.length} sessions of clones`
    process.stdout.write(`infra-tests: weighed ${words}\n`)
  })

  it('would be refused, were it of another table, bucket or kind', async () => {
    const planted: readonly (readonly [DeploymentFunction, string, string])[] = [
      ['settle', 'dynamodb:DeleteItem', tableArn],
      ['settle', 'dynamodb:PutItem', `${tableArn}-2`],
      ['settle', 'dynamodb:PutItem', `${tableArn}/index/any`],
      ['launch', 's3:GetObject', `${objects}/runs/any`],
      ['work', 's3:GetObject', `${objects}-2/runs/any`],
      ['work', 's3:DeleteObject', `${objects}/runs/any`],
      ['api', 'sts:AssumeRole', `arn:aws:iam::${account}:role/any`],
      ['clone', 'batch:SubmitJob', `arn:aws:batch:${region}:${account}:job-queue/any`],
    ]
    const all = planted.map(([by, action, resource]) => {
      return { by, policies: policiesOf(by), requests: [{ action, resource, context: {} }] }
    })
    const said = planted.flatMap(([by, action, resource]) =>
      ['MiniStack', 'Moto'].map((who) => `${who}: ${by}: ${action} on ${resource} {}`),
    )
    expect(await denied(all)).toStrictEqual(said)
  })

  it('would be refused, were it the change of an object', async () => {
    const change = { action: 's3:PutObject', resource: `${objects}/runs/any`, context: {} }
    const [[verdict] = []] = await weighed([{ policies: policiesOf('settle'), requests: [change] }])
    expect(verdict).toStrictEqual({ miniStack: false, moto: null })
  })

  it('is allowed by the policies of that very function', async () => {
    const all = names.map((name) => ({ by: name, policies: policiesOf(name), requests: callsOf(name) }))
    expect(await denied(all)).toStrictEqual([])
  })

  it('by clones is allowed by their role, and by the session policy of that very clone', async () => {
    const all = noted.flatMap((call) => {
      const { key = '', policy = '' } = ('session' in call && call.session) || {}
      return calls.has(key) ? [{ by: key, policies: rights.clones, limits: [policy], requests: callsOf(key) }] : []
    })
    expect(all.length).toBe([...calls.keys()].filter((by) => by.startsWith('ASIA')).length)
    expect(await denied(all)).toStrictEqual([])
  })
})

describe('what functions may ask of services', { retry: 0 }, () => {
  it('they did, or it is told why they may', async () => {
    const all = await usedGrants(names.map((name) => ({ name, policies: policiesOf(name), calls: callsOf(name) })))
    const unexplained = all.filter((one) => !one.isUsed && explanationOf(one, all) === undefined)
    expect(unexplained.map(({ name, sid, action, resource }) => [name, sid, action, resource])).toStrictEqual([])
    expect(explanations.filter((one) => !all.some((grant) => isAbout(one, grant)))).toStrictEqual([])
    const words = `${all.filter(({ isUsed }) => isUsed).length} of ${all.length} rights were used`
    process.stdout.write(`infra-tests: ${words}, the others are explained\n`)
  })

  it('is explained by tests that there are', () => {
    const tests = explanations.flatMap(({ shownBy }) => (shownBy.startsWith('test/') ? [shownBy] : []))
    expect(tests.length).toBeGreaterThan(0)
    expect(tests.filter((path) => !existsSync(path))).toStrictEqual([])
  })
})
