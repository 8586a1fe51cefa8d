import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DeploymentFunction } from '#contract/deployment.ts'
import { credentials, region } from './emulated-account.ts'

/** When a function is killed: just before the requests to services with these numbers, counted from 1, of those that fit. */
export interface Cuts {
  readonly at: readonly number[]
  /** Of method and path, such as `POST /v1/submitjob`. @default all */
  readonly path?: RegExp
}

const lookEveryMs = 500
const quietLooks = 10

interface Configuration {
  readonly FunctionName: string
  readonly Description?: string
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> }
}

/** Functions of a deployment whose processes die at chosen requests, until they are let be. */
export class CutFunctions {
  readonly #url: string
  readonly #folder: string
  readonly #before = new Map<DeploymentFunction, Configuration>()

  constructor(options: { readonly accountUrl: string; readonly folder: string }) {
    this.#url = `${options.accountUrl}/2015-03-31/functions`
    this.#folder = options.folder
  }

  async cut(name: DeploymentFunction, { at, path = /./ }: Cuts): Promise<void> {
    const configuration = await this.#configurationOf(name)
    this.#before.set(name, configuration)
    const cuts = { file: this.#file(name), at, path: path.source }
    await this.#configure(configuration, {
      NODE_OPTIONS: `--import ${resolve('infra-tests/account/cut.mjs')}`,
      FORKCAST_CUTS: JSON.stringify(cuts),
    })
  }

  /** How many requests were counted. */
  requests(name: DeploymentFunction): number {
    return existsSync(this.#file(name)) ? statSync(this.#file(name)).size : 0
  }

  /** Once nothing is asked of them: an emulator ends processes that it configures, in the midst of what they do. */
  async letBe(): Promise<void> {
    for (let quietFor = 0, before = ''; quietFor < quietLooks; quietFor += 1) {
      const counts = [...this.#before.keys()].map((name) => this.requests(name)).join()
      if (counts !== before) quietFor = 0
      before = counts
      await wait(lookEveryMs)
    }
    for (const configuration of this.#before.values()) await this.#configure(configuration, {})
    this.#before.clear()
  }

  #file(name: DeploymentFunction): string {
    return join(this.#folder, `requests-${name}`)
  }

  async #configurationOf(name: DeploymentFunction): Promise<Configuration> {
    const { Functions } = (await (await this.#asked('GET', '/')).json()) as {
      readonly Functions: readonly Configuration[]
    }
    const found = Functions.find(({ Description }) => Description?.startsWith(`Forkcast ${name}:`) === true)
    if (found === undefined)
      throw new Error(`no function ${name} among ${Functions.map((one) => one.FunctionName).join(', ')}`)
    return found
  }

  async #configure(
    { FunctionName, Environment }: Configuration,
    further: Readonly<Record<string, string>>,
  ): Promise<void> {
    const Variables = { ...Environment?.Variables, ...further }
    const answer = await this.#asked('PUT', `/${FunctionName}/configuration`, { Environment: { Variables } })
    if (!answer.ok) throw new Error(`${FunctionName} is not configured: ${await answer.text()}`)
  }

  /** Emulators want a signature to be there. */
  async #asked(method: string, path: string, body?: object): Promise<Response> {
    const scope = `${credentials.accessKeyId}/20260101/${region}/lambda/aws4_request`
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`
    return fetch(this.#url + path, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
  }
}
