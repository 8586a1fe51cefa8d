import { join } from 'node:path'
import type { TemplateResource } from '#contract/idle-prices.ts'
import { type Emulator, freePort, startEmulator } from './emulator-process.ts'

/** Resources of a template by id. */
export type Resources = Readonly<Record<string, TemplateResource>>

/** ARNs of resources of AWS Batch by their ids in the template. */
export type BatchArns = ReadonlyMap<string, string>

/** Puts what references in properties of a resource of AWS Batch stand for into their places. */
export type Resolve = (properties: unknown, arns: BatchArns) => unknown

/** Starts Moto: AWS Batch by others, and what its environments are made of. */
export async function startMoto(): Promise<Emulator> {
  const port = await freePort()
  return startEmulator(port, {
    name: 'Moto',
    command: join(process.cwd(), '.emulators/bin/moto_server'),
    parameters: ['-H', '127.0.0.1', '-p', String(port)],
    probe: '/moto-api/',
  })
}

/** Has CloudFormation make a stack of all but the resources of AWS Batch, and tell what these refer to. */
export async function makeAllButBatch(url: string, resources: Resources): Promise<Resolve> {
  const entries = Object.entries(resources)
  const ofBatch = new Map(entries.filter(([, { Type }]) => Type.startsWith('AWS::Batch::')))
  const asked = new Set<string>()
  for (const { Properties } of ofBatch.values()) {
    withReferences(Properties, (reference) => void asked.add(JSON.stringify(reference)))
  }
  const texts = [...asked].filter((text) => !ofBatch.has(targetOf(text)))
  const body = {
    Resources: Object.fromEntries(entries.filter(([id]) => !ofBatch.has(id))),
    Outputs: Object.fromEntries(texts.map((text, index) => [`R${index}`, { Value: JSON.parse(text) as unknown }])),
  }
  await cloudFormation(url, { Action: 'CreateStack', TemplateBody: JSON.stringify(body) })
  const said = await cloudFormation(url, { Action: 'DescribeStacks' })
  if (!said.includes('<StackStatus>CREATE_COMPLETE<')) throw new Error(`no stack was made: ${said}`)
  const outputs = said.matchAll(/<OutputKey>R(\d+)<\/OutputKey>\s*<OutputValue>([^<]*)</g)
  const values = new Map([...outputs].map(([, index, value]) => [texts[Number(index)], value]))
  return (properties, arns) =>
    withReferences(properties, (reference) => {
      const text = JSON.stringify(reference)
      const value = arns.get(targetOf(text)) ?? values.get(text)
      if (value === undefined) throw new Error(`nobody told what ${text} is`)
      return value
    })
}

/** Properties of a template as requests name them: with small first letters, but for keys of tags. */
export function asRequest(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asRequest)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => [
    key.slice(0, 1).toLowerCase() + key.slice(1),
    key === 'Tags' ? inner : asRequest(inner),
  ])
  return Object.fromEntries(entries)
}

/** A copy with each reference replaced. */
function withReferences(value: unknown, replace: (reference: object) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => withReferences(one, replace))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (entries.some(([key]) => key === 'Ref' || key.startsWith('Fn::'))) return replace(value)
  return Object.fromEntries(entries.map(([key, inner]) => [key, withReferences(inner, replace)]))
}

/** The id of the resource that a `Ref` or a `Fn::GetAtt` is about. */
function targetOf(reference: string): string {
  const [target] = Object.values(JSON.parse(reference) as Readonly<Record<string, string | readonly string[]>>)
  return String(typeof target === 'string' ? target : target?.[0])
}

async function cloudFormation(url: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const scope = 'test/20260101/us-east-1/cloudformation/aws4_request'
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams({ Version: '2010-05-15', StackName: 'pools', ...parameters }),
  })
  const said = await answer.text()
  if (!answer.ok) throw new Error(`${parameters['Action']} is answered ${answer.status}: ${said.slice(0, 2_000)}`)
  return said
}
