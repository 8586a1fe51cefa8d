import type { AccountReport } from '#contract/account-check.ts'
import type { Deployer, KeptResource, StackDiff, StandingDeployment, TellProgress } from '#contract/deployer.ts'
import type { IdleBill } from '#contract/idle-bill.ts'
import type { Problem } from '#contract/problem.ts'
import { ok, type Result } from '#core/result.ts'

/** An account in which everything goes as it is told to. */
export class FakeDeployer implements Deployer {
  /** What was done, in order. */
  readonly acts: string[] = []
  report: AccountReport = {
    account: '111122223333',
    region: 'eu-west-1',
    caller: 'arn:aws:iam::111122223333:user/ada',
    isBootstrapped: true,
    checks: [
      { name: 'credentials', state: 'good', found: 'arn:aws:iam::111122223333:user/ada of 111122223333', fix: '' },
      {
        name: 'g spot',
        state: 'short',
        found: '0 vCPUs of G and VT spot instances (L-3819A6DF)',
        fix: 'no clone gets a GPU of a spot host; ask for 16, which takes minutes to days',
        command:
          'aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-3819A6DF --desired-value 16 --region eu-west-1',
        about: 'gpus',
      },
    ],
  }
  bill: IdleBill = {
    lines: [
      {
        what: 'requests by which Lambda asks FIFO queues',
        units: 657_000,
        listUsd: 0.33,
        usd: 0.33,
        switch: 'none: dispatch is one at a time',
      },
    ],
    stored: ['objects: 0.023, of all versions'],
    listUsd: 0.33,
    usd: 0.33,
    unknown: [],
  }
  diffs: readonly StackDiff[] = [
    {
      stack: 'forkcast-data',
      isNew: true,
      changes: [{ kind: 'add', id: 'Table', type: 'AWS::DynamoDB::Table', properties: [] }],
    },
    {
      stack: 'forkcast-control-plane',
      isNew: false,
      changes: [
        { kind: 'update', id: 'Api', type: 'AWS::Lambda::Function', properties: ['Code', 'Timeout'] },
        { kind: 'replace', id: 'Frontier', type: 'AWS::StepFunctions::StateMachine', properties: ['Name'] },
        { kind: 'add', id: 'outputs ApiUrl', properties: [] },
      ],
    },
    { stack: 'forkcast-observability', isNew: false, changes: [] },
  ]
  standingResult: Result<StandingDeployment, Problem> = ok({
    stacks: ['forkcast-data', 'forkcast-control-plane'],
    kept: [
      { kind: 'table', name: 'rows', bytes: 2_000_000, things: 4000, atLeast: false, usdPerMonth: 0.0009 },
      { kind: 'bucket', name: 'objects', bytes: 5e9, things: 20_000, atLeast: true, usdPerMonth: 0.115 },
    ],
  })
  /** What deploying comes to; a promise that stays open is one that is interrupted. */
  deployed: Promise<Result<{ readonly apiUrl: string }, Problem>> = Promise.resolve(
    ok({ apiUrl: 'https://abc.execute-api.eu-west-1.amazonaws.com/v1' }),
  )

  account(): Promise<AccountReport> {
    return Promise.resolve(this.report)
  }

  idleBill(): Promise<Result<IdleBill, Problem>> {
    return Promise.resolve(ok(this.bill))
  }

  diff(): Promise<Result<readonly StackDiff[], Problem>> {
    return Promise.resolve(ok(this.diffs))
  }

  bootstrap(tell: TellProgress): Promise<Result<void, Problem>> {
    this.acts.push('bootstrap')
    tell({ stack: 'CDKToolkit', state: 'at-work', of: 12 })
    tell({ stack: 'CDKToolkit', state: 'done', done: 12, of: 12 })
    return Promise.resolve(ok(undefined))
  }

  deploy(tell: TellProgress): Promise<Result<{ readonly apiUrl: string }, Problem>> {
    this.acts.push('deploy')
    tell({ stack: 'forkcast-data', state: 'unchanged' })
    tell({
      stack: 'forkcast-control-plane',
      state: 'at-work',
      done: 3,
      of: 84,
      said: 'CREATE_IN_PROGRESS AWS::Lambda::Function Api',
    })
    return this.deployed
  }

  standing(): Promise<Result<StandingDeployment, Problem>> {
    return Promise.resolve(this.standingResult)
  }

  destroy(tell: TellProgress): Promise<Result<void, Problem>> {
    this.acts.push('destroy')
    tell({ stack: 'forkcast-control-plane', state: 'done' })
    return Promise.resolve(ok(undefined))
  }

  deleteKept(kept: readonly KeptResource[]): Promise<Result<void, Problem>> {
    this.acts.push(...kept.map(({ kind, name }) => `delete ${kind} ${name}`))
    return Promise.resolve(ok(undefined))
  }

  close(): Promise<void> {
    this.acts.push('close')
    return Promise.resolve()
  }
}
