import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DeploymentFunction } from '#contract/deployment.ts'
import { configureFunction, type DeployedFunction, deployedFunctions, nameOf } from './deployed-functions.ts'

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

/** Functions of a deployment whose processes die at chosen requests, until they are let be. */
export class CutFunctions {
  readonly #accountUrl: string
  readonly #folder: string
  readonly #before = new Map<DeploymentFunction, DeployedFunction>()

  constructor(options: { readonly accountUrl: string; readonly folder: string }) {
    this.#accountUrl = options.accountUrl
    this.#folder = options.folder
  }

  async cut(name: DeploymentFunction, { at = [], calls = [], path = /./ }: Cuts): Promise<void> {
    const usually = await this.#functionOf(name)
    this.#before.set(name, usually)
    const usual = usually.Environment?.Variables?.['NODE_OPTIONS'] ?? ''
    const cuts = { file: this.#file(name), at, calls, path: path.source }
    await configureFunction(this.#accountUrl, usually, {
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
    for (const usually of this.#before.values()) await configureFunction(this.#accountUrl, usually, {})
    this.#before.clear()
  }

  #file(name: DeploymentFunction): string {
    return join(this.#folder, `requests-${name}`)
  }

  async #functionOf(name: DeploymentFunction): Promise<DeployedFunction> {
    const functions = await deployedFunctions(this.#accountUrl)
    const found = functions.find((one) => nameOf(one) === name)
    if (found === undefined)
      throw new Error(`no function ${name} among ${functions.map((one) => one.FunctionName).join(', ')}`)
    return found
  }
}
