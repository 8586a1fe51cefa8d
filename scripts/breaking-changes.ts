/** What of an OpenAPI document would break programs that were written for an earlier one. */

type Node = Readonly<Record<string, unknown>>

interface Side {
  readonly document: Node
  readonly schema: unknown
}

/** One line for each break; none when everything that was asked may be asked, and everything that was answered is. */
export function breakingChanges(before: object, after: object): readonly string[] {
  const found: string[] = []
  const older = before as Node
  const newer = after as Node
  for (const [path, operations] of entriesOf(older['paths'])) {
    for (const [method, operation] of entriesOf(operations)) {
      const place = `${method.toUpperCase()} ${path}`
      const now = at(newer, 'paths', path, method)
      if (now === undefined) found.push(`${place} is gone`)
      else
        compareOperations(
          place,
          { document: older, node: operation as Node },
          { document: newer, node: now as Node },
          found,
        )
    }
  }
  return found
}

interface Part {
  readonly document: Node
  readonly node: Node
}

function compareOperations(place: string, before: Part, after: Part, found: string[]): void {
  if (before.node['operationId'] !== after.node['operationId']) found.push(`${place} has another operationId`)
  if (before.node['security'] === undefined && after.node['security'] !== undefined)
    found.push(`${place} needs a token`)
  compareParameters(place, before, after, found)
  compareBodies(place, before, after, found)
  for (const [status, answer] of entriesOf(before.node['responses'])) {
    const now = at(after.node, 'responses', status)
    if (now === undefined) {
      // A refusal less is nothing that a program has to bear.
      if (Number(status) < 400) found.push(`${place} does not answer ${status} any more`)
      continue
    }
    for (const [type, { schema }] of entriesOf(at(answer, 'content')) as readonly [string, Node][]) {
      const content = at(now, 'content', type) as Node | undefined
      if (content === undefined) found.push(`${place} does not answer ${status} as ${type} any more`)
      else {
        const given = { document: after.document, schema: content['schema'] }
        found.push(...misfits(given, { document: before.document, schema }, `${place} ${status}`))
      }
    }
  }
}

function compareParameters(place: string, before: Part, after: Part, found: string[]): void {
  const named = (part: Part) =>
    new Map(
      (list(part.node['parameters']) as readonly Node[]).map((one) => [
        `${String(one['in'])} ${String(one['name'])}`,
        one,
      ]),
    )
  const older = named(before)
  const newer = named(after)
  for (const [name, parameter] of older) {
    const now = newer.get(name)
    if (now === undefined) {
      found.push(`${place} does not take ${name} any more`)
      continue
    }
    if (now['required'] === true && parameter['required'] !== true) found.push(`${place} needs ${name}`)
    const sent = { document: before.document, schema: parameter['schema'] }
    found.push(...misfits(sent, { document: after.document, schema: now['schema'] }, `${place} ${name}`))
  }
  for (const [name, parameter] of newer) {
    if (!older.has(name) && parameter['required'] === true) found.push(`${place} needs ${name}`)
  }
}

function compareBodies(place: string, before: Part, after: Part, found: string[]): void {
  const isNeeded = (part: Part) => at(part.node, 'requestBody', 'required') === true
  if (isNeeded(after) && !isNeeded(before)) found.push(`${place} needs a body`)
  for (const [type, { schema }] of entriesOf(at(before.node, 'requestBody', 'content')) as readonly [string, Node][]) {
    const now = at(after.node, 'requestBody', 'content', type) as Node | undefined
    if (now === undefined) found.push(`${place} does not take ${type} any more`)
    else {
      const sent = { document: before.document, schema }
      found.push(...misfits(sent, { document: after.document, schema: now['schema'] }, `${place} body`))
    }
  }
}

/** Why a value of `given` may be none of `wanted`. Beyond the words of JSON Schema that our documents use, only equality counts. */
function misfits(given: Side, wanted: Side, place: string, seen: ReadonlySet<string> = new Set()): readonly string[] {
  const names = `${nameOf(given.schema)} ${nameOf(wanted.schema)}`
  if (names !== ' ' && seen.has(names)) return []
  const within = names === ' ' ? seen : new Set([...seen, names])
  const sub = resolved(given)
  const sup = resolved(wanted)
  const inner = (a: unknown, b: unknown, where: string) =>
    misfits({ document: given.document, schema: a }, { document: wanted.document, schema: b }, where, within)
  const choices = optionsOf(sub)
  if (choices !== undefined) return choices.flatMap((one) => inner(one, sup, place))
  const wishes = optionsOf(sup)
  if (wishes !== undefined) {
    const fits = wishes.some((one) => inner(sub, one, place).length === 0)
    return fits ? [] : [`${place} may be none of what was expected`]
  }
  return [
    ...typeMisfits(sub, sup, place),
    ...boundMisfits(sub, sup, place),
    ...propertyMisfits(sub, sup, place, inner),
    ...(sub['items'] !== undefined && sup['items'] !== undefined
      ? inner(sub['items'], sup['items'], `${place}[]`)
      : []),
  ]
}

function typeMisfits(sub: Node, sup: Node, place: string): readonly string[] {
  const wanted = typesOf(sup)
  const strange = typesOf(sub).filter(
    (type) => !wanted.includes(type) && !(type === 'integer' && wanted.includes('number')),
  )
  if (wanted.length > 0 && (strange.length > 0 || typesOf(sub).length === 0)) {
    return [`${place} may be ${strange.join(', ') || 'anything'}, not only ${wanted.join(', ')}`]
  }
  const known = valuesOf(sup)
  const others = known === undefined ? [] : (valuesOf(sub) ?? ['anything']).filter((value) => !known.includes(value))
  const pattern = sup['pattern'] !== undefined && sub['pattern'] !== sup['pattern'] && valuesOf(sub) === undefined
  return [
    ...others.map((value) => `${place} may be ${String(value)}`),
    ...(pattern ? [`${place} may be of another pattern`] : []),
  ]
}

const greatest = ['maximum', 'maxLength', 'maxItems']
const least = ['minimum', 'minLength', 'minItems']

function boundMisfits(sub: Node, sup: Node, place: string): readonly string[] {
  const beyond = (key: string, sign: number): boolean => {
    const limit = sup[key]
    const own = sub[key]
    return typeof limit === 'number' && (typeof own !== 'number' || sign * own > sign * limit)
  }
  return [...greatest.filter((key) => beyond(key, 1)), ...least.filter((key) => beyond(key, -1))].map(
    (key) => `${place} may be beyond its ${key}`,
  )
}

function propertyMisfits(
  sub: Node,
  sup: Node,
  place: string,
  inner: (a: unknown, b: unknown, where: string) => readonly string[],
): readonly string[] {
  const found: string[] = []
  const own = sub['properties']
  const wanted = sup['properties']
  for (const [name, schema] of entriesOf(wanted)) {
    const mine = at(own, name)
    if (mine !== undefined) found.push(...inner(mine, schema, `${place}.${name}`))
    else if (sub['additionalProperties'] !== false) found.push(`${place}.${name} is gone`)
  }
  if (sup['additionalProperties'] === false) {
    for (const [name] of entriesOf(own)) if (at(wanted, name) === undefined) found.push(`${place}.${name} is not known`)
  }
  const sure = list(sub['required'])
  for (const name of list(sup['required']))
    if (!sure.includes(name)) found.push(`${place}.${String(name)} may be missing`)
  if (typeof sub['additionalProperties'] === 'object' && typeof sup['additionalProperties'] === 'object') {
    found.push(...inner(sub['additionalProperties'], sup['additionalProperties'], `${place}.*`))
  }
  return found
}

function resolved({ document, schema }: Side): Node {
  const name = nameOf(schema)
  return (name === '' ? schema : at(document, 'components', 'schemas', name)) as Node
}

/** The name of the component that a schema refers to. */
function nameOf(schema: unknown): string {
  const ref = at(schema, '$ref')
  return typeof ref === 'string' ? (ref.split('/').at(-1) ?? '') : ''
}

function optionsOf(schema: Node): readonly unknown[] | undefined {
  const options = schema['anyOf'] ?? schema['oneOf']
  return options === undefined ? undefined : list(options)
}

function typesOf({ type }: Node): readonly unknown[] {
  return type === undefined ? [] : Array.isArray(type) ? type : [type]
}

function valuesOf(schema: Node): readonly unknown[] | undefined {
  if (schema['const'] !== undefined) return [schema['const']]
  return schema['enum'] === undefined ? undefined : list(schema['enum'])
}

function at(node: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Node | undefined)?.[key], node)
}

function entriesOf(node: unknown): readonly [string, unknown][] {
  return Object.entries((node ?? {}) as Node)
}

function list(node: unknown): readonly unknown[] {
  return (node ?? []) as readonly unknown[]
}
