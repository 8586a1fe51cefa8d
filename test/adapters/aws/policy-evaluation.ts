/** A request as IAM weighs it. */
export interface PolicyRequest {
  readonly action: string
  readonly resource: string
  /** Condition keys that the request has. */
  readonly context?: Readonly<Record<string, string>>
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

type Evaluation = (request: PolicyRequest) => boolean

/** Whether a session may do something: its role's own policy and its session policy have both to allow it. */
export function sessionOf(role: string, session: string): Evaluation {
  const [byRole, bySession] = [evaluationOf(role), evaluationOf(session)]
  return (request) => byRole(request) && bySession(request)
}

/** Whether a policy alone allows a request. */
export function allows(document: string, request: PolicyRequest): boolean {
  return evaluationOf(document)(request)
}

/**
 * What a policy alone allows, by the rules of IAM for what policies of clones are made of. Nothing is allowed unless a
 * statement does so; a `Deny` that applies wins. `*` and `?` match any characters, also `/` and `:`; `${*}`, `${?}` and `${$}` are those
 * signs themselves. Actions match whatever their case, resources do not. All conditions have to hold, each for one of its values; a key that the
 * request lacks fulfils `Null` alone. @throws on what it does not know.
 */
function evaluationOf(document: string): Evaluation {
  const { Version, Statement, ...rest } = JSON.parse(document) as {
    readonly Version: string
    readonly Statement: readonly Statement[]
  }
  // Variables such as `${*}` are what they say only since this version.
  if (Version !== '2012-10-17') throw new Error(`version ${Version} is not evaluated`)
  for (const key of Object.keys(rest)) throw new Error(`${key} is not evaluated`)
  return (request) => {
    const effects = Statement.filter((statement) => applies(statement, request)).map(({ Effect }) => Effect)
    return effects.includes('Allow') && !effects.includes('Deny')
  }
}

function applies(
  { Effect, Action, Resource, Condition = {}, ...rest }: Statement,
  { action, resource, context = {} }: PolicyRequest,
): boolean {
  if (Effect !== 'Allow' && Effect !== 'Deny') throw new Error(`the effect ${String(Effect)} is not evaluated`)
  for (const key of Object.keys(rest)) if (key !== 'Sid') throw new Error(`${key} is not evaluated`)
  const found = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]))
  const held = Object.entries(Condition).map(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(operator, found.get(key.toLowerCase()), [values].flat())),
  )
  return (
    [Action].flat().some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    [Resource].flat().some((pattern) => matches(pattern, resource)) &&
    !held.includes(false)
  )
}

function holds(operator: string, found: string | undefined, values: readonly string[]): boolean {
  if (values.some((value) => value !== 'true' && value !== 'false')) throw new Error('only truth is evaluated')
  if (operator === 'Null') return values.includes(String(found === undefined))
  if (operator === 'Bool') return found !== undefined && values.includes(found.toLowerCase())
  throw new Error(`${operator} is not evaluated`)
}

const compiled = new Map<string, RegExp>()

function matches(pattern: string, text: string): boolean {
  const known = compiled.get(pattern) ?? expressionOf(pattern)
  compiled.set(pattern, known)
  return known.test(text)
}

function expressionOf(pattern: string): RegExp {
  const source = pattern.replace(/\$\{([*?$])\}|[^]/g, (part, sign: string | undefined) => {
    if (sign !== undefined) return `\\${sign}`
    if (part === '$') throw new Error(`a variable in ${pattern} is not evaluated`)
    return part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[\\^+.()|[\]{}/-]/, '\\$&')
  })
  return new RegExp(`^${source}$`, 's')
}
