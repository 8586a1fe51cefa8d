import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DeploymentFunction } from '#contract/deployment.ts'
import { askService } from './ask-service.ts'

/** When a function is killed: just before these requests to services. */
export interface Cuts {
  /** Those with these numbers, counted from 1, of all of its processes together. */
  readonly at?: readonly number[]
  /** The first one of each of these calls, such as `GetItem` or `POST /v1/submitjob`. */
  readonly calls?: readonly string[]
  /** What is counted, of method and path, such as `POST /v1/submitjob`. @default all */
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

  async cut(name: DeploymentFunction, { at = [], calls = [], path = /./ }: Cuts): Promise<void> {
    const configuration = await this.#configurationOf(name)
    this.#before.set(name, configuration)
    const usual = configuration.Environment?.Variables?.['NODE_OPTIONS'] ?? ''
    const cuts = { file: this.#file(name), at, calls, path: path.source }
    await this.#configure(configuration, {
      NODE_OPTIONS: [usual, `--import ${resolve('infra-tests/account/cut.mjs')}`].join(' '),
      FORKCAST_CUTS: JSON.stringify(cuts),
    })
  }

  /** How many requests were counted. */
  requests(name: DeploymentFunction): number {
    return existsSync(this.#file(name)) ? statSync(this.#file(name)).size : 0
  }

  /** What it was about to ask for when it was killed, by call or by method and path. */
  killedBefore(name: DeploymentFunction): readonly string[] {
    const file = `${this.#file(name)}.cut`
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
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
    const { Functions } = (await askService('lambda', `${this.#url}/`)) as {
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
    const body = { Environment: { Variables: { ...Environment?.Variables, ...further } } }
    await askService('lambda', `${this.#url}/${FunctionName}/configuration`, { method: 'PUT', body })
  }
}
