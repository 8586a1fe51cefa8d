/** A request as IAM weighs it. */
export interface PolicyRequest {
  readonly action: string
  readonly resource: string
  readonly context?: Readonly<Record<string, string>>
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/**
 * Whether a policy alone allows a request, by the rules of IAM for what policies of clones are made of: `*` and `?` match across
 * `/`, `${*}` and the like are literal, conditions `Null` and `Bool` all hold. @throws on anything else.
 */
export function allows(document: string, request: PolicyRequest): boolean {
  const { Statement } = JSON.parse(document) as { readonly Statement: readonly Statement[] }
  const effects = Statement.filter((statement) => applies(statement, request)).map(({ Effect }) => Effect)
  return effects.includes('Allow') && !effects.includes('Deny')
}

function applies(
  { Action, Resource, Condition = {}, ...rest }: Statement,
  { action, resource, context = {} }: PolicyRequest,
) {
  for (const key of Object.keys(rest)) if (key !== 'Effect' && key !== 'Sid') throw new Error(`${key} is not evaluated`)
  return (
    [Action].flat().some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    [Resource].flat().some((pattern) => matches(pattern, resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, value]) => holds(operator, context[key], value)),
    )
  )
}

function holds(operator: string, found: string | undefined, value: string): boolean {
  if (operator === 'Null') return String(found === undefined) === value
  if (operator === 'Bool') return found === value
  throw new Error(`${operator} is not evaluated`)
}

function matches(pattern: string, text: string): boolean {
  const source = pattern.replace(/\$\{([*?$])\}|[^]/g, (part, sign: string | undefined) => {
    if (sign !== undefined) return `\\${sign}`
    if (part === '$') throw new Error(`a variable in ${pattern} is not evaluated`)
    return part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[\\^+.()|[\]{}/-]/, '\\$&')
  })
  return new RegExp(`^${source}$`, 's').test(text)
}
