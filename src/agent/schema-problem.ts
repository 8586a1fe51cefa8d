import type { ValidateFunction } from 'ajv'
import type { Json } from '#core/json.ts'

type Compile = (schema: object | boolean) => ValidateFunction

const kept = 256
let compiler: Promise<Compile> | undefined
const validators = new Map<string, ValidateFunction | string>()

/**
 * Where and how a value breaks a JSON Schema (draft-07); `undefined` when it meets it. Unknown keywords and formats are
 * passed over. A schema that can't be compiled is a problem too.
 */
export async function schemaProblem(schema: Json, value: Json): Promise<string | undefined> {
  const validate = await validatorOf(schema)
  if (typeof validate === 'string') return `has a schema that can't be used: ${validate}`
  if (validate(value)) return undefined
  const { instancePath = '', message = 'is not valid' } = validate.errors?.[0] ?? {}
  return `does not meet its schema: ${instancePath === '' ? 'the value' : instancePath} ${message}`
}

async function validatorOf(schema: Json): Promise<ValidateFunction | string> {
  const key = JSON.stringify(schema)
  const known = validators.get(key)
  if (known !== undefined) return known
  compiler ??= loadCompiler()
  const validator = compileWith(await compiler, schema)
  validators.set(key, validator)
  const [oldest] = validators.keys()
  if (validators.size > kept && oldest !== undefined) validators.delete(oldest)
  return validator
}

function compileWith(compile: Compile, schema: Json): ValidateFunction | string {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null)) return 'it is no object'
  // Its verdict would come as a promise.
  if (typeof schema === 'object' && '$async' in schema) return 'it is asynchronous'
  try {
    return compile(schema)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Loaded with the first schema: most runs have none. */
async function loadCompiler(): Promise<Compile> {
  const { Ajv } = await import('ajv')
  const ajv = new Ajv({ strict: false, validateFormats: false, addUsedSchema: false, logger: false })
  return (schema) => ajv.compile(schema)
}
