import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { credentials, region } from './emulated-account.ts'

/** What the stacks of a deployment say of themselves, by stack and output. */
export type StackOutputs = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface Said {
  readonly code: number | null
  readonly text: string
}

/** Variables of a program that is to work on an account, and finds nothing else of this machine. */
export function accountVariables(accountUrl: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '/tmp',
    TMPDIR: process.env['TMPDIR'] ?? '/tmp',
    AWS_ENDPOINT_URL: accountUrl,
    AWS_ENDPOINT_URL_S3: accountUrl,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
    NO_COLOR: '1',
  }
}

/** The CDK's command line against an account, with an environment of its own. */
export async function cdk(accountUrl: string, ...words: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [join('node_modules', 'aws-cdk', 'bin', 'cdk'), ...words], {
    env: accountVariables(accountUrl),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, text }
}

/** The same, for what has to succeed. @throws with all that it said */
export async function cdkDone(accountUrl: string, ...words: readonly string[]): Promise<string> {
  const { code, text } = await cdk(accountUrl, ...words)
  if (code !== 0) throw new Error(`cdk ${words[0]} ended with ${code}:\n${text.slice(-6_000)}`)
  return text
}
