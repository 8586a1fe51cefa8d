import type * as cdk from '@aws-cdk/toolkit-lib'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { DeleteParameterCommand, ParameterNotFound } from '@aws-sdk/client-ssm'
import { createDynamoClient, createS3Client, createSsmClient } from '#adapters/aws/aws-clients.ts'
import type { AccountReport } from '#contract/account-check.ts'
import type {
  Deployer,
  DeploymentChoice,
  KeptResource,
  StackDiff,
  StandingDeployment,
  TellProgress,
} from '#contract/deployer.ts'
import { deploymentParameters } from '#contract/deployment.ts'
import { type IdleBill, idleBill } from '#contract/idle-bill.ts'
import type { TemplateResources } from '#contract/idle-prices.ts'
import type { Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'
import { checkAwsAccount, clientConfig } from '#deployer/check-account.ts'
import { stackProblem, synthesisProblem } from '#deployer/failures.ts'
import { deleteBucket, deleteTable, keptBucket, keptTable } from '#deployer/kept-data.ts'
import { StackActivityHost } from '#deployer/stack-activity.ts'
import { stackChanges } from '#deployer/stack-changes.ts'
import { type StackOutputs, standingStacks } from '#deployer/standing-stacks.ts'

/** Stacks that are made at a time, as far as they do not wait for each other. */
const concurrency = 4

/** The app that makes the stacks: a command line, and the folder it is run in. */
export interface CdkApp {
  readonly command: string
  readonly folder: string
}

/** What this machine has to say of deploying. */
export interface DeployerPlace {
  readonly app: CdkApp
  /** Whether requests go to what stands in for an account. */
  readonly isEmulated: boolean
}

interface Stack {
  readonly name: string
  /** As differences are listed. */
  readonly displayName: string
  readonly resources: TemplateResources
}

/** Deploys by the CDK's toolkit library. What is synthesised is kept until the end. */
export class CloudFormationDeployer implements Deployer {
  readonly #library: typeof cdk
  readonly #toolkit: cdk.Toolkit
  readonly #told = new StackActivityHost()
  readonly #choice: DeploymentChoice
  readonly #app: CdkApp
  readonly #isEmulated: boolean
  #assembly: Promise<cdk.CachedCloudAssembly> | undefined

  constructor(library: typeof cdk, place: DeployerPlace, choice: DeploymentChoice) {
    const { profile, region } = choice
    this.#library = library
    this.#choice = choice
    this.#app = place.app
    this.#isEmulated = place.isEmulated
    this.#toolkit = new library.Toolkit({
      ioHost: this.#told,
      color: false,
      emojis: false,
      sdkConfig: {
        baseCredentials: library.BaseCredentials.awsCliCompatible({
          ...(profile !== undefined && { profile }),
          ...(region !== undefined && { defaultRegion: region }),
        }),
      },
    })
  }

  account(): Promise<AccountReport> {
    return checkAwsAccount(this.#choice)
  }

  async idleBill(): Promise<Result<IdleBill, Problem>> {
    const stacks = await this.#stacks()
    return stacks.ok ? ok(idleBill(stacks.value.map(({ resources }) => resources))) : stacks
  }

  async diff(): Promise<Result<readonly StackDiff[], Problem>> {
    const stacks = await this.#stacks()
    if (!stacks.ok) return stacks
    try {
      const names = stacks.value.map(({ name }) => name)
      const standing = await this.#standing(names)
      const diffs = await this.#toolkit.diff(await this.#synthesised(), {
        method: this.#library.DiffMethod.TemplateOnly(),
      })
      return ok(
        stacks.value.map(({ name: stack, displayName }) => {
          const diff = diffs[displayName] ?? diffs[stack]
          return { stack, isNew: !standing.has(stack), changes: diff === undefined ? [] : stackChanges(diff) }
        }),
      )
    } catch (error) {
      return err(stackProblem('diff', error, []))
    }
  }

  async bootstrap(tell: TellProgress): Promise<Result<void, Problem>> {
    try {
      const { account = '', region = '' } = await this.account()
      const environments = this.#library.BootstrapEnvironments.fromList([`aws://${account}/${region}`])
      await this.#told.following(tell, () => this.#toolkit.bootstrap(environments))
      return ok(undefined)
    } catch (error) {
      return err(stackProblem('deploy', error, this.#told.failures))
    }
  }

  async deploy(tell: TellProgress): Promise<Result<{ readonly apiUrl: string }, Problem>> {
    const stacks = await this.#stacks()
    if (!stacks.ok) return stacks
    try {
      const assembly = await this.#synthesised()
      const made = await this.#told.following(tell, () => this.#toolkit.deploy(assembly, { concurrency }))
      const outputs = made.stacks.map((stack) => stack.outputs['ApiUrl'])
      return ok({ apiUrl: outputs.find((url) => url !== undefined) ?? '' })
    } catch (error) {
      return err(stackProblem('deploy', error, this.#told.failures))
    }
  }

  async standing(): Promise<Result<StandingDeployment, Problem>> {
    const stacks = await this.#stacks()
    if (!stacks.ok) return stacks
    try {
      const names = stacks.value.map(({ name }) => name)
      const standing = await this.#standing(names)
      if (standing.size === 0) return err(nothingStands(this.#deployment))
      const outputs = Object.assign({}, ...standing.values()) as StackOutputs
      return ok({ stacks: [...standing.keys()], kept: await this.#kept(outputs) })
    } catch (error) {
      return err(stackProblem('destroy', error, []))
    }
  }

  async destroy(tell: TellProgress): Promise<Result<void, Problem>> {
    try {
      const assembly = await this.#synthesised()
      // One after another, what uses a stack before it: so nothing works on a deployment that is half gone.
      await this.#told.following(tell, () => this.#toolkit.destroy(assembly))
      await this.#deleteTokenKey()
      return ok(undefined)
    } catch (error) {
      return err(stackProblem('destroy', error, this.#told.failures))
    }
  }

  async deleteKept(kept: readonly KeptResource[]): Promise<Result<void, Problem>> {
    const { dynamo, s3, end } = this.#dataClients()
    try {
      for (const { kind, name } of kept) {
        if (kind === 'table') await deleteTable(dynamo, name)
        else await deleteBucket(s3, name)
      }
      return ok(undefined)
    } catch (error) {
      return err(stackProblem('destroy', error, []))
    } finally {
      end()
    }
  }

  async close(): Promise<void> {
    await (await this.#assembly?.catch(() => undefined))?.dispose()
  }

  get #deployment(): string {
    return this.#choice.overrides['deployment'] ?? 'forkcast'
  }

  #synthesised(): Promise<cdk.CachedCloudAssembly> {
    this.#assembly ??= this.#synthesise()
    return this.#assembly
  }

  async #synthesise(): Promise<cdk.CachedCloudAssembly> {
    const { MemoryContext } = this.#library
    const { overrides } = this.#choice
    const context: Record<string, string> = {}
    for (const [name, value] of Object.entries(overrides)) context[`forkcast:${name}`] = value
    const source = await this.#toolkit.fromCdkApp(this.#app.command, {
      workingDirectory: this.#app.folder,
      contextStore: new MemoryContext(context),
      lookups: false,
      // Templates are of no account: nothing has to be known of it to make them.
      resolveDefaultEnvironment: false,
      synthOptions: { versionReporting: false },
      // Its own rules took four seconds, and every configuration is checked by them before it is released.
      env: { CDK_VALIDATION: 'false' },
    })
    return this.#toolkit.synth(source, { validateStacks: false })
  }

  async #stacks(): Promise<Result<readonly Stack[], Problem>> {
    try {
      const { cloudAssembly } = await this.#synthesised()
      return ok(
        cloudAssembly.stacks.map(({ stackName: name, displayName, template }) => {
          const { Resources: resources } = template as { readonly Resources: TemplateResources }
          return { name, displayName, resources }
        }),
      )
    } catch (error) {
      return err(synthesisProblem(this.#told.said, error))
    }
  }

  async #standing(names: readonly string[]): Promise<ReadonlyMap<string, StackOutputs>> {
    const client = new CloudFormationClient(clientConfig(this.#choice))
    try {
      return await standingStacks(client, names)
    } finally {
      client.destroy()
    }
  }

  async #kept({ TableName, BucketName }: StackOutputs): Promise<readonly KeptResource[]> {
    const { dynamo, s3, end } = this.#dataClients()
    try {
      const kept = await Promise.all([
        TableName === undefined ? undefined : keptTable(dynamo, TableName),
        BucketName === undefined ? undefined : keptBucket(s3, BucketName),
      ])
      return kept.filter((one) => one !== undefined)
    } finally {
      end()
    }
  }

  async #deleteTokenKey(): Promise<void> {
    const client = createSsmClient(clientConfig(this.#choice))
    try {
      await client.send(new DeleteParameterCommand({ Name: deploymentParameters.tokenKey(this.#deployment) }))
    } catch (error) {
      if (!(error instanceof ParameterNotFound)) throw error
    } finally {
      client.destroy()
    }
  }

  #dataClients() {
    const config = clientConfig(this.#choice)
    const dynamo = createDynamoClient(config)
    // An emulated account has no host of its own for each bucket.
    const s3 = createS3Client({ ...config, ...(this.#isEmulated && { forcePathStyle: true }) })
    return {
      dynamo,
      s3,
      end: () => {
        dynamo.destroy()
        s3.destroy()
      },
    }
  }
}

function nothingStands(deployment: string): Problem {
  return {
    code: 'NOT-FOUND',
    message: `nothing is deployed as ${deployment} in this account and region`,
    fix: 'name another one with --name or --region; docs/uninstall.md tells how to find what an earlier destroy left',
    exitCode: 3,
  }
}
