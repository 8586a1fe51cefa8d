import type { AccountChoice, AccountReport } from '#contract/account-check.ts'
import type { IdleBill } from '#contract/idle-bill.ts'
import type { Problem } from '#contract/problem.ts'
import type { Result } from '#core/result.ts'

/** What is to be deployed, and where to. */
export interface DeploymentChoice extends AccountChoice {
  /** Values of overrides by name, as `gpu: 'true'` for `-c forkcast:gpu=true`. */
  readonly overrides: Readonly<Record<string, string>>
}

/** What changes at one resource of a stack, or at something else of it. */
export interface StackChange {
  readonly kind: 'add' | 'update' | 'replace' | 'remove'
  /** Its id in the template; of what is no resource, as an output, its kind and name. */
  readonly id: string
  /** Such as `AWS::Lambda::Function`; absent of what is no resource. */
  readonly type?: string
  /** Properties that change. */
  readonly properties: readonly string[]
}

/** What would change in a stack. */
export interface StackDiff {
  readonly stack: string
  readonly isNew: boolean
  readonly changes: readonly StackChange[]
}

/** How far a stack is. */
export interface StackProgress {
  readonly stack: string
  readonly state: 'at-work' | 'done' | 'unchanged' | 'failed'
  /** Resources that are done, and how many there are as far as that is known. */
  readonly done?: number
  readonly of?: number
  /** What CloudFormation said last, such as `CREATE_IN_PROGRESS AWS::Lambda::Function Api`. */
  readonly said?: string
}

/** Hears of each step of a stack. */
export type TellProgress = (progress: StackProgress) => void

/** What stands of a deployment, and what destroying it leaves. */
export interface StandingDeployment {
  /** Stacks that are there, in the order in which they were made. */
  readonly stacks: readonly string[]
  readonly kept: readonly KeptResource[]
}

/** Something that holds data, and stays when its stack is destroyed. */
export interface KeptResource {
  readonly kind: 'table' | 'bucket'
  readonly name: string
  /** What it holds, of all versions; `atLeast` where it was not counted to its end. */
  readonly bytes: number
  readonly things: number
  readonly atLeast: boolean
  /** List price of what it holds, in USD a month. */
  readonly usdPerMonth: number
}

/** Deploys to an account by CloudFormation. One is for one choice; nothing is done until it is told. */
export interface Deployer {
  /** Looks at the account; asks for nothing that changes it. */
  account(): Promise<AccountReport>
  /** What the deployment costs each month while nothing runs; needs no account. */
  idleBill(): Promise<Result<IdleBill, Problem>>
  /** What deploying would change, stack by stack. */
  diff(): Promise<Result<readonly StackDiff[], Problem>>
  /** Makes what each deployment of an account and region needs, once. */
  bootstrap(tell: TellProgress): Promise<Result<void, Problem>>
  /** Makes or updates all stacks; what is as it should be stays. The API's address. */
  deploy(tell: TellProgress): Promise<Result<{ readonly apiUrl: string }, Problem>>
  standing(): Promise<Result<StandingDeployment, Problem>>
  /** Removes all stacks, and the key of clones' tokens, which is nobody's any more. */
  destroy(tell: TellProgress): Promise<Result<void, Problem>>
  /** Deletes what destroying left, with all that it holds. */
  deleteKept(kept: readonly KeptResource[]): Promise<Result<void, Problem>>
  /** Removes its files; requests that are under way are given up when the process ends. */
  close(): Promise<void>
}
