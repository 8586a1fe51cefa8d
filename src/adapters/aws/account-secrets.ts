import { Hash } from '@smithy/core/serde'
import { SignatureV4 } from '@smithy/signature-v4'
import { z } from 'zod'
import { accountSecret, type AccountSecret } from '#contract/account-secret.ts'
import { outOfReach } from '#core/failure/out-of-reach.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { SecretRef } from '#core/workflow/workflow.ts'

export interface AccountSecretsOptions {
  readonly credentials: () => Promise<{
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }>
  /** Of a parameter whose name says none. */
  readonly region: () => Promise<string>
  /** What to do when the account refuses a secret. */
  readonly refusedFix: string
  /** Base URL of both services. @default those of AWS */
  readonly endpoint?: string | undefined
}

const longestMs = 10_000

class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super('sha256', secret)
  }
}

/** What an account says of a secret that it does not have. */
const absent: ReadonlySet<string> = new Set([
  'ParameterNotFound',
  'ParameterVersionNotFound',
  'ResourceNotFoundException',
])
/** … and of one that it has, and that nobody can read as it is. */
const unusable: ReadonlySet<string> = new Set([
  'DecryptionFailure',
  'InvalidKeyId',
  'InvalidParameterException',
  'InvalidRequestException',
  'ValidationException',
])

/**
 * Reads secrets from Systems Manager and Secrets Manager, by one signed request each: all clones carry this program, and clients of both services
 * would make it a twelfth longer. The error says why there is no value, and what to do; it never repeats what was read. Rejects when nobody answered, or
 * not for good: asked again, the same one may be had.
 */
export function accountSecrets(options: AccountSecretsOptions): (ref: SecretRef) => Promise<Result<string, string>> {
  return async (ref) => {
    const secret = accountSecret(ref)
    if (secret === undefined) return err('is of the machine that an engine runs on: no account has it')
    const region = secret.region ?? (await options.region())
    const answer = await ask(secret, region, options)
    if (answer.status === 200) return valueIn(secret, answer.body)
    const name = errorIn(answer.body)
    if (absent.has(name)) return err(`is not in this account in ${region}: make it there, or correct its name`)
    // By a part of its ARN, one that is not there is not what a policy names.
    if (name === 'AccessDeniedException') return err(`is refused, or is not there: ${options.refusedFix}`)
    if (unusable.has(name)) return err(`can't be read (${name}): look at it, and at its key, in the account`)
    throw unanswered(secret, `status ${answer.status} ${name}`.trimEnd())
  }
}

interface Answer {
  readonly status: number
  /** Parsed; `undefined`: no JSON. */
  readonly body: unknown
}

async function ask(
  secret: AccountSecret,
  region: string,
  { credentials, endpoint }: AccountSecretsOptions,
): Promise<Answer> {
  const { service } = secret
  const url = new URL(endpoint ?? `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`)
  const body = JSON.stringify(requestFor(secret))
  const target = service === 'ssm' ? 'AmazonSSM.GetParameter' : 'secretsmanager.GetSecretValue'
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 })
  const { protocol, hostname, host, port, pathname } = url
  const signed = await signer.sign({
    method: 'POST',
    protocol,
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path: pathname,
    query: {},
    headers: { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body,
  })
  // What is sent as the host follows from the address.
  const { host: _, ...headers } = signed.headers
  try {
    const signal = AbortSignal.timeout(longestMs)
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal })
    return { status: answer.status, body: parsed(await answer.text()) }
  } catch (error) {
    const { message, cause } = error as Error
    throw unanswered(secret, cause instanceof Error ? cause.message : message)
  }
}

function requestFor(secret: AccountSecret): object {
  if (secret.service === 'ssm') return { Name: secret.name, WithDecryption: true }
  const { arn, stage, version } = secret
  return { SecretId: arn, ...(stage && { VersionStage: stage }), ...(version && { VersionId: version }) }
}

const parameterAnswer = z.object({ Parameter: z.object({ Value: z.string() }) })
const secretAnswer = z.object({ SecretString: z.string().exactOptional() })

function valueIn(secret: AccountSecret, body: unknown): Result<string, string> {
  if (secret.service === 'ssm') {
    const found = parameterAnswer.safeParse(body)
    if (!found.success) throw unanswered(secret, 'an answer without a value')
    return ok(found.data.Parameter.Value)
  }
  const found = secretAnswer.safeParse(body)
  if (!found.success) throw unanswered(secret, 'an answer without a value')
  const { SecretString: text } = found.data
  if (text === undefined) return err('is binary: write it as text')
  if (secret.key === undefined) return ok(text)
  const fields = parsed(text)
  const value = isObject(fields) && Object.hasOwn(fields, secret.key) ? fields[secret.key] : undefined
  if (typeof value === 'string') return ok(value)
  return err(`has no text under its key ${secret.key}: it has to be a JSON object with one`)
}

function errorIn(body: unknown): string {
  const type = isObject(body) ? body['__type'] : undefined
  return typeof type === 'string' ? (type.split('#').at(-1) ?? '') : ''
}

/** Not what is wrong with it: the words would tell the secret. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function unanswered({ service }: AccountSecret, why: string): Error {
  return Object.assign(new Error(`${service}: ${why}`), { code: outOfReach })
}
