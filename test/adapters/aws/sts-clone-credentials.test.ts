import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type AssumeRoleCommandInput, PackedPolicyTooLargeException, STSServiceException } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { createStsClient } from '#adapters/aws/aws-clients.ts'
import { cloneSessionPolicies } from '#adapters/aws/clone-session-policy.ts'
import { cloneSessionName, StsCloneCredentials } from '#adapters/aws/sts-clone-credentials.ts'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { blobKey, clonePrefix } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { parseRunId } from '#core/run/ids.ts'
import type { CloneScope } from '#ports/clone-credentials.ts'

const run = parseRunId('run_0123456789abcdefghij')!
const role = 'arn:aws-cn:iam::123456789012:role/forkcast-clone'
const bucket = 'forkcast-objects'
const region = 'cn-north-1'
const place = { bucket, partition: 'aws-cn', region, account: '123456789012' }
const object = `runs/${run}/clean/1/0/out/a.json`
const json = { type: 'json', object, sha256: sha256('a'), bytes: 1 } as const
const slot = { run, task: 'train[3]', attempt: 2, clone: 1 }
const scope: CloneScope = {
  slot,
  prefix: clonePrefix(slot, 1),
  secrets: {},
  code: null,
  variables: [{ name: 'INPUT_A', value: { kind: 'output', name: 'a.json', output: json } }],
}
const Credentials = {
  AccessKeyId: 'ASIAEXAMPLE',
  SecretAccessKey: 'a secret',
  SessionToken: 'a session',
  Expiration: new Date(3_600_000),
}
const tooLarge = new PackedPolicyTooLargeException({ message: 'Packed size 120%', $metadata: {} })

/** An adapter whose service answers so, in turn; and what it was asked. */
async function open(answers: readonly unknown[], objects = new MemoryObjects()) {
  const asked: AssumeRoleCommandInput[] = []
  const client = {
    send: async ({ input }: { readonly input: AssumeRoleCommandInput }) => {
      const answer = answers[asked.length]
      asked.push(input)
      if (answer instanceof Error) throw answer
      return answer
    },
  } as never
  return { asked, credentials: new StsCloneCredentials({ client, region: async () => region, role, bucket, objects }) }
}

describe('credentials of a clone by STS', () => {
  it('are an hour in the role of clones, narrowed to this one and named for it', async () => {
    const { asked, credentials } = await open([{ Credentials }])
    expect(await credentials.issue(scope)).toStrictEqual({
      ok: true,
      value: {
        accessKeyId: 'ASIAEXAMPLE',
        secretAccessKey: 'a secret',
        sessionToken: 'a session',
        expiresAtMs: 3_600_000,
      },
    })
    const [policy] = cloneSessionPolicies(scope, undefined, place)
    expect(asked).toStrictEqual([
      {
        RoleArn: role,
        RoleSessionName: 'run_0123456789abcdefghij.train=3.2.1',
        Policy: policy?.document,
        DurationSeconds: 3600,
      },
    ])
    expect(policy?.document).toContain(`"arn:aws-cn:s3:::${bucket}/${object}"`)
  })

  it('name the files of its code', async () => {
    const objects = new MemoryObjects()
    const file = { path: 'a', bytes: 1, executable: false, sha256: sha256('file') }
    const manifest = new TextEncoder().encode(JSON.stringify({ files: [file], links: [] }))
    const code = sha256(manifest)
    await objects.writeOnce(blobKey(code), manifest)
    const { asked, credentials } = await open([{ Credentials }], objects)
    await credentials.issue({ ...scope, code })
    expect(asked[0]?.Policy).toContain(`/${blobKey(code)}"`)
    expect(asked[0]?.Policy).toContain(`/${blobKey(file.sha256)}"`)
  })

  it.each([
    ['gone', undefined],
    ['not as it was written', '{"files":[{"sha256":"*"}],"links":[]}'],
  ])('name no files of code whose manifest is %s', async (_, found) => {
    const objects = new MemoryObjects()
    const code = sha256('manifest')
    if (found !== undefined) await objects.writeOnce(blobKey(code), new TextEncoder().encode(found))
    const { asked, credentials } = await open([{ Credentials }], objects)
    expect(await credentials.issue({ ...scope, code })).toMatchObject({ ok: true })
    expect(asked[0]?.Policy?.match(/blobs\/[^"]*/g)).toStrictEqual([blobKey(code)])
  })

  it('are by the next wider policy each time that STS says one packs too large', async () => {
    const { asked, credentials } = await open([tooLarge, tooLarge, { Credentials }])
    expect(await credentials.issue(scope)).toMatchObject({ ok: true })
    const policies = cloneSessionPolicies(scope, undefined, place)
    expect(asked.map(({ Policy }) => Policy)).toStrictEqual(policies.slice(0, 3).map(({ document }) => document))
  })

  it('can’t be had when the widest packs too large', async () => {
    const { asked, credentials } = await open([tooLarge, tooLarge, tooLarge])
    expect(await credentials.issue(scope)).toMatchObject({ ok: false, error: expect.stringContaining('of more runs') })
    expect(asked).toHaveLength(3)
  })

  it('can’t be had for more secrets than a policy can name', async () => {
    const { asked, credentials } = await open([])
    const secrets = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`S${i}`, { source: 'ssm', name: `/forkcast/secrets/${i}` }] as const),
    )
    const issued = await credentials.issue({ ...scope, secrets })
    expect(issued).toMatchObject({ ok: false, error: expect.stringContaining('have fewer secrets') })
    expect(asked).toStrictEqual([])
  })

  it.each([
    ['what STS refuses', new STSServiceException({ name: 'AccessDenied', $fault: 'client', $metadata: {} })],
    ['an answer without them', {}],
    ['an answer without their end', { Credentials: { ...Credentials, Expiration: undefined } }],
  ])('are not given by %s', async (_, answer) => {
    const { credentials } = await open([answer])
    await expect(credentials.issue(scope)).rejects.toThrow(Error)
  })
})

describe('the name of a session', () => {
  it.each([
    [{ run, task: 'train', attempt: 1, clone: 0 }, 'run_0123456789abcdefghij.train.1.0'],
    [{ run, task: 'a-b_c[9999]', attempt: 1, clone: 0 }, 'run_0123456789abcdefghij.a-b_c=9999.1.0'],
  ])('tells the clone %#', (slot, name) => expect(cloneSessionName(slot)).toBe(name))

  it('of long ones is one that STS takes, and each clone’s own', () => {
    const slot = { run, task: `${'t'.repeat(63)}[9999]`, attempt: 1, clone: 0 }
    const names = [slot, { ...slot, clone: 1 }].map(cloneSessionName)
    for (const name of names) expect(name).toMatch(/^[\w+=,.@-]{2,64}$/)
    expect(new Set(names).size).toBe(2)
  })
})

it('over the wire: a throttle is asked again, and a policy that packs too large is known as such', async () => {
  const asked: (string | null)[] = []
  const answers = [
    [400, error('Throttling')],
    [400, error('PackedPolicyTooLarge')],
    [200, granted],
  ] as const
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const [status, answer] = answers[asked.length] ?? [500, '']
      asked.push(new URLSearchParams(body).get('Policy'))
      response.writeHead(status, { 'content-type': 'text/xml' }).end(answer)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createStsClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  })
  try {
    const credentials = new StsCloneCredentials({
      client,
      region: async () => region,
      role,
      bucket,
      objects: new MemoryObjects(),
    })
    const issued = { accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't', expiresAtMs: 1_800_000_000_000 }
    expect(await credentials.issue(scope)).toStrictEqual({ ok: true, value: issued })
    const [nearest, wider] = cloneSessionPolicies(scope, undefined, place)
    expect(asked).toStrictEqual([nearest?.document, nearest?.document, wider?.document])
  } finally {
    client.destroy()
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
})

const namespace = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'

function error(code: string): string {
  return `<ErrorResponse ${namespace}><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`
}

const granted = `<AssumeRoleResponse ${namespace}><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>
<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2027-01-15T08:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>`
