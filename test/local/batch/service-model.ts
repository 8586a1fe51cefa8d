import * as model from '@aws-sdk/client-batch'

/**
 * The schemas of the service that its SDK carries, as arrays: `[kind, namespace, name, traits, …]`. Of those of a
 * structure the first so many members are required. Simple types are numbers, with a bit for a list or a map of them.
 */
type Schema = number | (() => Schema) | readonly [kind: number, namespace: string, name: string, ...rest: unknown[]]

const kinds = { list: 1, map: 2, structure: 3, operation: 9 } as const
const listOf = 64
const mapOf = 128
const simple: Readonly<Record<number, string>> = { 0: 'string', 1: 'number', 2: 'boolean' }

/** Required in the model, and yet left out by AWS itself, as in the model's own examples: a job that has not started. */
const leftOut = new Set(['JobDetail.startedAt'])

interface Operation {
  readonly method: string
  /** With `{resourceArn}` in it where a part of it is a member. */
  readonly path: string
  readonly input: Schema
  readonly output: Schema
}

type OperationSchema = readonly [
  kind: number,
  namespace: string,
  name: string,
  traits: { readonly http: readonly [method: string, path: string, status: number] },
  input: Schema,
  output: Schema,
]

const operations: readonly Operation[] = (Object.values(model) as readonly unknown[])
  .filter((one): one is OperationSchema => Array.isArray(one) && one[0] === kinds.operation)
  .map(([, , , { http }, input, output]) => ({ method: http[0], path: http[1], input, output }))

/** The operation that a request is for. */
export function operationOf(method: string, path: string): Operation {
  const found = operations.find((one) => {
    const [fixed = '', member] = one.path.split('{')
    return one.method === method && (member === undefined ? path === fixed : path.startsWith(fixed))
  })
  if (found === undefined) throw new Error(`the model has no operation for ${method} ${path}`)
  return found
}

/** What a value, as JSON brought it, has that its schema does not allow; where and what. */
export function problemsOf(schema: Schema, value: unknown, at = ''): readonly string[] {
  if (typeof schema === 'function') return problemsOf(schema(), value, at)
  if (typeof schema === 'number') return problemsOfSimple(schema, value, at)
  const [kind, , name, , ...rest] = schema
  switch (kind) {
    case kinds.structure:
      return problemsOfStructure(name, rest as unknown as StructureRest, value, at)
    case kinds.list:
      return problemsOfList(rest[0] as Schema, value, at)
    case kinds.map:
      return problemsOfMap(rest[1] as Schema, value, at)
    default:
      // A simple type with a name of its own.
      return problemsOf(rest[0] as Schema, value, at)
  }
}

type StructureRest = readonly [members: readonly string[], schemas: readonly Schema[], required?: number]

function problemsOfStructure(name: string, rest: StructureRest, value: unknown, at: string): readonly string[] {
  const [members, schemas, required = 0] = rest
  if (!isObject(value)) return [`${at}: no structure ${name}`]
  const missing = members
    .slice(0, required)
    .filter((member) => !Object.hasOwn(value, member) && !leftOut.has(`${name}.${member}`))
  return [
    ...missing.map((member) => `${at}: ${name}.${member} is missing`),
    ...Object.entries(value).flatMap(([member, own]) => {
      const schema = schemas[members.indexOf(member)]
      return schema === undefined ? [`${at}: ${name} has no ${member}`] : problemsOf(schema, own, `${at}.${member}`)
    }),
  ]
}

function problemsOfSimple(schema: number, value: unknown, at: string): readonly string[] {
  if (schema >= mapOf) return problemsOfMap(schema - mapOf, value, at)
  if (schema >= listOf) return problemsOfList(schema - listOf, value, at)
  const type = simple[schema]
  return typeof value === type ? [] : [`${at}: ${JSON.stringify(value)} is no ${type ?? `simple type ${schema}`}`]
}

function problemsOfList(schema: Schema, value: unknown, at: string): readonly string[] {
  if (!Array.isArray(value)) return [`${at}: no list`]
  return value.flatMap((item, index) => problemsOf(schema, item, `${at}[${index}]`))
}

function problemsOfMap(schema: Schema, value: unknown, at: string): readonly string[] {
  if (!isObject(value)) return [`${at}: no map`]
  return Object.entries(value).flatMap(([key, item]) => problemsOf(schema, item, `${at}.${key}`))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
