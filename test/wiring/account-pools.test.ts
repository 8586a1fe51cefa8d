import type { BatchClient } from '@aws-sdk/client-batch'
import { describe, expect, it } from 'vitest'
import { accountPools } from '#account/account-pools.ts'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { signedCloneTokens } from '#adapters/tokens/signed-clone-tokens.ts'
import type { PoolParameter } from '#contract/deployment.ts'
import { emptyView } from '#core/market/market-view.ts'
import type { Quotas } from '#core/market/quota.ts'
import { Definitions } from '#operations/definitions.ts'
import { dispatch } from '#operations/dispatch.ts'
import { launch } from '#operations/launch.ts'
import { plan } from '#operations/plan.ts'
import { submit } from '#operations/submit.ts'
import { dag } from '../builders/dag.ts'
import { runId } from '../builders/emulation.ts'

const pool: PoolParameter = {
  id: 'warm-cpu',
  tier: 'warm',
  accelerator: 'cpu',
  purchase: 'on-demand',
  platform: 'EC2',
  queue: 'arn:aws:batch:us-east-1:000000000000:job-queue/warm-cpu',
  fairShare: true,
  vcpus: 8,
  memoryMiB: 16_384,
  gpus: 0,
  startDelayS: 60,
  price: { usdPerVcpuHour: 0.04, usdPerGiBHour: 0.004, usdPerGpuHour: 0 },
  reclaimsPerHour: 0,
  spillsTo: [],
  instanceTypes: ['c7i'],
  container: { command: ['/opt/forkcast/agent'] },
}
const spare: PoolParameter = { ...pool, id: 'spare-cpu', queue: 'spare', fairShare: false, startDelayS: 600 }

interface Sent {
  readonly name: string
  readonly input: Record<string, unknown>
}

/** Pools over a Batch that takes everything, with what was sent to it. */
function open(options: { readonly image?: string; readonly vcpus?: number; readonly quotas?: Quotas } = {}) {
  let pools: readonly PoolParameter[] = [pool, spare]
  let nowMs = 1_000_000
  let reads = 0
  const sent: Sent[] = []
  const send = async ({
    input,
    constructor: { name },
  }: {
    readonly input: Sent['input']
    readonly constructor: Function
  }) => {
    sent.push({ name, input })
    return { jobId: `job ${sent.length}`, jobs: [], jobSummaryList: [], jobDefinitions: [] }
  }
  const objects = new MemoryObjects()
  const tokens = signedCloneTokens([{ id: 'k', secret: new Uint8Array(32) }])
  const rows = {
    store: new MemoryStore(),
    objects,
    definitions: new Definitions(objects),
    clock: { nowMs: () => nowMs },
  }
  const under = accountPools({
    ...rows,
    client: { send } as unknown as BatchClient,
    read: async () => {
      reads += 1
      return pools
    },
    view: async () => ({
      ...emptyView,
      quotas: options.quotas === undefined ? null : { value: options.quotas, atMs: 0 },
    }),
    tokens: async () => tokens,
    vcpus: options.vcpus,
    image: options.image,
    onError: (error) => {
      throw error
    },
  })
  const id = runId()
  const ports = {
    ...rows,
    pools: under,
    ids: { run: () => id, token: () => 't' },
    dispatcher: { request: async () => undefined },
    timers: { set: async () => undefined },
    executions: { start: async () => 'started', answer: async () => 'answered' } as never,
  }
  return {
    pools: under,
    sent,
    tokens,
    reads: () => reads,
    at: (ms: number) => void (nowMs = ms),
    change: (to: readonly PoolParameter[]) => void (pools = to),
    /** Runs a workflow of the one task `A` until its clone is submitted, and gives its submission. */
    async submitA(changes: Parameters<typeof dag>[1] = {}): Promise<Sent['input']> {
      await submit(ports, {
        workflow: dag('A', changes),
        params: {},
        policy: { cloning: false, hedging: false },
        tenant: 'default',
      })
      await plan(ports, id)
      await launch(ports, { run: id, task: 'A', attempt: 1, clone: 0 }, 'token')
      await dispatch(ports)
      const submission = sent.find(({ name }) => name === 'SubmitJobCommand')
      if (submission === undefined) throw new Error('nothing was submitted')
      return submission.input
    },
  }
}

describe('the pools of a deployment', () => {
  it('are those that its parameters describe, read once a minute', async () => {
    const under = open()
    expect((await under.pools.describe()).map(({ id }) => id)).toStrictEqual(['warm-cpu', 'spare-cpu'])
    under.change([pool])
    under.at(1_059_999)
    expect(await under.pools.describe()).toHaveLength(2)
    under.at(1_060_000)
    expect(await under.pools.describe()).toHaveLength(1)
    expect(under.reads()).toBe(2)
  })

  it('hold together what they hold one by one, or what the account was told to have', async () => {
    expect((await open().pools.capacity()).total.vcpus).toBe(16)
    expect((await open({ vcpus: 10 }).pools.capacity()).total.vcpus).toBe(10)
  })

  it('have no room where a quota leaves none, and are still asked for the jobs that they have', async () => {
    const under = open({ quotas: { 'standard on-demand': 0 } })
    expect(await under.pools.describe()).toStrictEqual([])
    expect((await under.pools.capacity()).pools['warm-cpu']?.vcpus).toBe(0)
    await under.pools.jobs(['job'])
    const asked = under.sent.filter(({ name }) => name === 'ListJobsCommand').map(({ input }) => input['jobQueue'])
    expect(new Set(asked)).toStrictEqual(new Set([pool.queue, spare.queue]))
  })

  it('ask nobody to end nothing', async () => {
    const under = open()
    await under.pools.terminate([], 'why')
    expect(under.reads()).toBe(0)
  })
})

describe('the job of a clone', () => {
  it('carries its token, its limit, its tenant’s share and the priority of its run', async () => {
    const under = open()
    const { containerOverrides, ...input } = await under.submitA({ A: { image: 'alpine', timeoutS: 300 } })
    expect(input).toMatchObject({ jobQueue: pool.queue, schedulingPriorityOverride: 50 })
    expect(input['shareIdentifier']).toMatch(/^[0-9a-f]{16}$/)
    expect((input['timeout'] as { attemptDurationSeconds: number }).attemptDurationSeconds).toBeGreaterThan(300)
    const { environment } = containerOverrides as { environment: readonly { name: string; value: string }[] }
    const said = Object.fromEntries(environment.map(({ name, value }) => [name, value]))
    const claims = under.tokens.read(said['FORKCAST_CLONE_TOKEN'] ?? '', 1_000_000)
    expect(claims?.slot).toStrictEqual({ run: runId(), task: 'A', attempt: 1, clone: 0 })
    expect(said['FORKCAST_CLONE_ID']).toBe(JSON.stringify({ job: claims?.job, slot: claims?.slot }))
  })

  it('has no share where its queue takes none', async () => {
    const under = open()
    under.change([{ ...pool, fairShare: false }])
    expect(await under.submitA()).not.toHaveProperty('shareIdentifier')
  })

  const one = { name: 'one', run: { kind: 'shell', script: 'true' }, image: 'busybox' } as const
  const variants = [{ ...one, resources: { vcpus: 1, memoryMiB: 512, gpus: 0 }, env: {} }]
  it.each([
    ['its task', { A: { image: 'alpine' } }, {}, 'alpine'],
    ['its variant', { A: { image: 'alpine', variants } }, {}, 'busybox'],
    ['its deployment', {}, { image: 'mine:1' }, 'mine:1'],
    ['this version', {}, {}, 'public.ecr.aws/docker/library/node:24-slim'],
  ])('has the image of %s', async (_whose, changes, options, image) => {
    const under = open(options)
    await under.submitA(changes)
    const registered = under.sent.find(({ name }) => name === 'RegisterJobDefinitionCommand')
    expect(registered?.input['containerProperties']).toMatchObject({ ...pool.container, image })
  })

  it('takes its room from its pool, once, though the list of jobs was read before', async () => {
    const under = open()
    await under.pools.capacity()
    await under.submitA()
    const { pools, total } = await under.pools.capacity()
    expect([pools['warm-cpu']?.vcpus, total.vcpus]).toStrictEqual([7, 15])
  })
})
