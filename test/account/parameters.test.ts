import { randomUUID } from 'node:crypto'
import { DeleteParameterCommand, GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createSsmClient } from '#adapters/aws/aws-clients.ts'
import { readPoolParameters } from '#adapters/aws/ssm-pools.ts'
import { readTokenKeys } from '#adapters/aws/ssm-token-keys.ts'
import { signedCloneTokens } from '#adapters/tokens/signed-clone-tokens.ts'
import { deploymentParameters, type PoolParameter } from '#contract/deployment.ts'
import { runId } from '../builders/emulation.ts'
import { credentials, region } from './emulated-account.ts'

let client: SSMClient
beforeAll(() => {
  client = createSsmClient({ endpoint: inject('miniStack'), region, credentials })
})
afterAll(() => client.destroy())

const newDeployment = () => `d-${randomUUID()}`

describe('keys of tokens as a parameter', () => {
  const claims = { slot: { run: runId(), task: 'A', attempt: 1, clone: 0 }, job: 'job', expiresAtMs: 1_000 }

  it('are made by the first of many who need them, and are the same for all', async () => {
    const deployment = newDeployment()
    const all = await Promise.all(Array.from({ length: 8 }, () => readTokenKeys(client, deployment)))
    const [first] = all
    for (const keys of all) expect(keys).toStrictEqual(first)
    const token = signedCloneTokens(first ?? []).issue(claims)
    expect(signedCloneTokens(await readTokenKeys(client, deployment)).read(token, 0)).toStrictEqual(claims)
  })

  it('are a secure string', async () => {
    const deployment = newDeployment()
    await readTokenKeys(client, deployment)
    const Name = deploymentParameters.tokenKey(deployment)
    const { Parameter } = await client.send(new GetParameterCommand({ Name, WithDecryption: false }))
    expect(Parameter?.Type).toBe('SecureString')
  })

  it('are refused where they are none, without a word of what is there', async () => {
    const deployment = newDeployment()
    const Name = deploymentParameters.tokenKey(deployment)
    await client.send(new PutParameterCommand({ Name, Value: '[{"id":"k","secret":5}]', Type: 'SecureString' }))
    await expect(readTokenKeys(client, deployment)).rejects.toThrow(`parameter ${Name} holds no keys of tokens`)
  })
})

describe('pools as parameters', () => {
  const pool = (id: string): PoolParameter => ({
    id,
    tier: 'warm',
    accelerator: 'cpu',
    purchase: 'spot',
    platform: 'EC2',
    queue: `queue/${id}`,
    fairShare: false,
    vcpus: 8,
    memoryMiB: 16_384,
    gpus: 0,
    startDelayS: 60,
    price: { usdPerVcpuHour: 0.04, usdPerGiBHour: 0.004, usdPerGpuHour: 0 },
    reclaimsPerHour: 0.05,
    spillsTo: [],
    instanceTypes: ['c7i'],
    container: { command: ['/opt/forkcast/agent'] },
  })
  const put = async (deployment: string, id: string, Value: string): Promise<void> => {
    const Name = `${deploymentParameters.pools(deployment)}/${id}`
    await client.send(new PutParameterCommand({ Name, Value, Type: 'String' }))
  }

  it('are read by id, however many there are', async () => {
    const deployment = newDeployment()
    const ids = Array.from({ length: 23 }, (_, index) => `pool-${String(index).padStart(2, '0')}`)
    for (const id of ids.toReversed()) await put(deployment, id, JSON.stringify(pool(id)))
    expect(await readPoolParameters(client, deployment)).toStrictEqual(ids.map(pool))
    await client.send(new DeleteParameterCommand({ Name: `${deploymentParameters.pools(deployment)}/pool-00` }))
    expect(await readPoolParameters(client, deployment)).toHaveLength(22)
  })

  it('are those of one deployment', async () => {
    const deployment = newDeployment()
    await put(`${deployment}-2`, 'a', JSON.stringify(pool('a')))
    expect(await readPoolParameters(client, deployment)).toStrictEqual([])
  })

  it('are refused with the names of all that describe none', async () => {
    const deployment = newDeployment()
    await put(deployment, 'a', 'no JSON')
    await put(deployment, 'b', JSON.stringify({ ...pool('b'), tier: 'tepid' }))
    await put(deployment, 'c', JSON.stringify(pool('c')))
    const read = readPoolParameters(client, deployment)
    await expect(read).rejects.toThrow(`${deploymentParameters.pools(deployment)}/a`)
    await expect(read).rejects.toThrow(`${deploymentParameters.pools(deployment)}/b: tier`)
  })
})
