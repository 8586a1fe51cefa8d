import { randomBytes } from 'node:crypto'
import {
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm'
import { z } from 'zod'
import type { TokenKey } from '#adapters/tokens/signed-clone-tokens.ts'
import { deploymentParameters } from '#contract/deployment.ts'

const secretBytes = 32

/** The first signs; all are believed. A key is changed by writing a new one after the others, and later before them. */
const keysSchema = z.array(z.strictObject({ id: z.string(), secret: z.base64url() })).min(1)

/**
 * The keys that sign tokens of clones, in one secure string under the account's own key of Systems Manager, which costs nothing. Whoever needs
 * them first makes them; of several at once, one does.
 */
export async function readTokenKeys(client: SSMClient, deployment: string): Promise<readonly TokenKey[]> {
  const Name = deploymentParameters.tokenKey(deployment)
  const there = await stored(client, Name)
  if (there !== undefined) return there
  const Value = JSON.stringify([
    { id: randomBytes(6).toString('hex'), secret: randomBytes(secretBytes).toString('base64url') },
  ])
  const Description = 'Forkcast: signs tokens of clones'
  try {
    await client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Description, Overwrite: false }))
  } catch (error) {
    // Somebody else was first, or our own first try was, whose answer got lost.
    if (!(error instanceof ParameterAlreadyExists)) throw error
  }
  const made = await stored(client, Name)
  if (made === undefined) throw new Error(`parameter ${Name} was written, and is not there`)
  return made
}

async function stored(client: SSMClient, Name: string): Promise<readonly TokenKey[] | undefined> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name, WithDecryption: true }))
    // Not what is wrong with it: the words would tell the secret.
    const keys = keysSchema.safeParse(parsed(Parameter?.Value ?? ''))
    if (!keys.success) throw new Error(`parameter ${Name} holds no keys of tokens`)
    return keys.data.map(({ id, secret }) => ({ id, secret: Buffer.from(secret, 'base64url') }))
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined
    throw error
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
