import { resolve } from 'node:path'
import { freePort, startEmulator } from '../../test/account/emulator-process.ts'

/** Whose account it is: emulators take twelve digits as its id. */
export const credentials = { accessKeyId: '000000000000', secretAccessKey: 'test' }
export const account = '000000000000'
export const region = 'us-east-1'

/** An account that answers on one address. */
export interface EmulatedAccount {
  readonly url: string
  /** What it says that it is. */
  readonly name: string
  stop(): Promise<void>
}

/** The account at `AWS_ENDPOINT_URL`, which whoever started it ends; else one of our own, with its files in `folder`. */
export async function openAccount(folder: string, onSession: (leader: number) => void): Promise<EmulatedAccount> {
  const given = process.env['AWS_ENDPOINT_URL']
  if (given !== undefined && given !== '') {
    const url = given.replace(/\/+$/, '')
    return { url, name: `${await nameOf(url)} at ${url}`, stop: async () => undefined }
  }
  const port = await freePort()
  const started = await startEmulator(port, {
    name: 'MiniStack',
    command: resolve('.emulators/bin/python'),
    parameters: [resolve('infra-tests/account/start-ministack.py')],
    // Functions run with the `node` that is first in PATH; what it leaves of them is in a folder of ours.
    environment: { BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), LOG_LEVEL: 'WARNING', TMPDIR: folder },
    probe: '/_ministack/health',
    onSession,
    beforeStop: (url) => fetch(`${url}/_ministack/reset`, { method: 'POST' }),
  })
  return { ...started, name: await nameOf(started.url) }
}

async function nameOf(url: string): Promise<string> {
  for (const path of ['/_ministack/health', '/_localstack/health']) {
    const answer = await fetch(url + path).catch(() => undefined)
    const said =
      answer?.ok === true ? ((await answer.json()) as { readonly version?: string; readonly edition?: string }) : {}
    if (said.version !== undefined) return `${path.split('/')[1]?.slice(1)} ${said.version}`
  }
  return 'an endpoint that does not tell its name'
}
