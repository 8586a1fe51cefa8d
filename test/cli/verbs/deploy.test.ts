import { describe, expect, it } from 'vitest'
import { err, ok } from '#core/result.ts'
import { FakeDeployer } from '../fakes/fake-deployer.ts'
import { FakeHost } from '../fakes/fake-host.ts'

function world({ canAsk = false, answers = [] as readonly string[] } = {}) {
  const host = new FakeHost()
  const deployer = new FakeDeployer()
  host.deployer = ok(deployer)
  host.canAsk = canAsk
  host.answers.push(...answers)
  return { host, deployer }
}

const apiUrl = 'https://abc.execute-api.eu-west-1.amazonaws.com/v1'

describe('deploy', () => {
  it('says where to, what and for how much, asks once, and prints the address alone', async () => {
    const { host, deployer } = world({ canAsk: true, answers: ['y'] })
    expect(await host.run('deploy')).toBe(0)
    expect(host.questions).toStrictEqual(['Deploy: 1 to make, 1 to change, 1 to replace? [y/N] '])
    expect(host.stdout.text).toBe(`${apiUrl}\n`)
    expect(host.stderr.text).toMatchInlineSnapshot(`
      "to 111122223333, eu-west-1, as arn:aws:iam::111122223333:user/ada
      comparing what there is with what is to be

      forkcast-data: new, 1 resource
      forkcast-control-plane
        ~ AWS::Lambda::Function Api: Code, Timeout
        ! AWS::StepFunctions::StateMachine Frontier is replaced: Name
        + outputs ApiUrl
      forkcast-observability: nothing

      $0.33 a month while nothing runs; $0.33 in an account whose free share others use up (us-east-1)

      WHAT                                         UNITS    USD   LIST  SWITCH
      requests by which Lambda asks FIFO queues  657,000  $0.33  $0.33  none: dispatch is one at a time

      and by the GB and month: objects: 0.023, of all versions

      ✓ forkcast-data  as it was  0.0s
      ▶ forkcast-control-plane  3 of 84  CREATE_IN_PROGRESS AWS::Lambda::Function Api  0.0s
      ✓ deployed in 0.0s
      → forkcast run forkcast.yaml --api https://abc.execute-api.eu-west-1.amazonaws.com/v1
      → or once for all verbs:  export FORKCAST_API=https://abc.execute-api.eu-west-1.amazonaws.com/v1
      "
    `)
    expect(deployer.acts).toStrictEqual(['deploy', 'close'])
  })

  it('does nothing when the answer is no, or none', async () => {
    for (const answers of [['n'], [''], []]) {
      const { host, deployer } = world({ canAsk: true, answers })
      expect(await host.run('deploy')).toBe(7)
      expect(host.stderr.text).toContain('nothing was done')
      expect(deployer.acts).toStrictEqual(['close'])
    }
  })

  it.each([
    { words: 'deploy', canAsk: false },
    { words: 'deploy --no-input', canAsk: true },
    { words: 'destroy', canAsk: false },
  ])('$words needs --yes where nobody is to be asked, and looks at nothing before', async ({ words, canAsk }) => {
    const { host, deployer } = world({ canAsk })
    expect(await host.run(words)).toBe(2)
    expect(host.stderr.text).toContain('confirm it with --yes')
    expect(deployer.acts).toStrictEqual(['close'])
    expect(host.questions).toStrictEqual([])
  })

  it('asks nothing when nothing changes', async () => {
    const { host, deployer } = world({ canAsk: true })
    deployer.diffs = [{ stack: 'forkcast-data', isNew: false, changes: [] }]
    expect(await host.run('deploy --json')).toBe(0)
    expect(host.questions).toStrictEqual([])
    expect(JSON.parse(host.stdout.text)).toStrictEqual({ apiUrl, account: '111122223333', region: 'eu-west-1' })
  })

  it('bootstraps first where that was not done', async () => {
    const { host, deployer } = world()
    deployer.report = { ...deployer.report, isBootstrapped: false }
    expect(await host.run('deploy --yes')).toBe(0)
    expect(deployer.acts).toStrictEqual(['bootstrap', 'deploy', 'close'])
    expect(host.stderr.text).toContain('cdk bootstrap comes first')
  })

  it('stops at an account that can not be deployed to', async () => {
    const { host, deployer } = world()
    const why = { name: 'credentials', state: 'bad', found: 'expired', fix: 'log in' } as const
    deployer.report = { isBootstrapped: false, checks: [why] }
    expect(await host.run('deploy --yes')).toBe(4)
    expect(host.stderr.text).toBe('✗ ACCOUNT-UNFIT  credentials: expired\n  → log in\n')
    expect(deployer.acts).toStrictEqual(['close'])
  })

  it('tells of quotas of GPUs where GPUs are chosen', async () => {
    const { host } = world()
    await host.run('deploy --yes -c forkcast:gpu=true')
    expect(host.stderr.text).toContain('--quota-code L-3819A6DF --desired-value 16')
    expect(host.deployments).toStrictEqual([{ overrides: { gpu: 'true' } }])
  })

  it('says which stack failed, in the words of CloudFormation', async () => {
    const { host, deployer } = world()
    deployer.deployed = Promise.resolve(
      err({ code: 'DEPLOY-FAILED', message: 'forkcast-pools: X CREATE_FAILED\nno', fix: 'mend it', exitCode: 1 }),
    )
    expect(await host.run('deploy --yes')).toBe(1)
    expect(host.stderr.text).toMatch(/✗ DEPLOY-FAILED {2}forkcast-pools: X CREATE_FAILED\nno\n {2}→ mend it\n$/)
  })

  it('leaves CloudFormation to itself when it is interrupted, and says where it stands', async () => {
    const { host, deployer } = world()
    deployer.deployed = new Promise(() => undefined)
    const code = host.run('deploy --yes')
    await host.untilTimer()
    host.signal('SIGINT')
    expect(await code).toBe(130)
    expect(host.stderr.text).toContain(
      'forkcast-control-plane: CloudFormation goes on by itself; it said last: CREATE_IN_PROGRESS AWS::Lambda::Function Api',
    )
    expect(deployer.acts).toStrictEqual(['deploy', 'close'])
  })

  it('takes one of several deployments by name, and choices as cdk does', async () => {
    const { host } = world()
    await host.run('diff --name trial -c forkcast:gpu=true -c forkcast:image=a=b --profile dev --region eu-west-1')
    expect(host.deployments).toStrictEqual([
      { overrides: { gpu: 'true', image: 'a=b', deployment: 'trial' }, profile: 'dev', region: 'eu-west-1' },
    ])
    for (const words of ['diff -c gpu=true', 'diff -c forkcast:gpu', 'diff --name a -c forkcast:deployment=b'])
      expect(await world().host.run(words)).toBe(2)
  })

  it('says what to install where libraries are missing', async () => {
    const host = new FakeHost()
    expect(await host.run('deploy --yes')).toBe(2)
    expect(host.stderr.text).toBe('✗ DEPLOY-LIBRARIES  aws-cdk-lib is not installed\n  → npm install aws-cdk-lib\n')
  })
})

describe('diff', () => {
  it('prints what would change, and exits with 1 if anything would', async () => {
    const { host, deployer } = world()
    expect(await host.run('diff')).toBe(1)
    expect(host.stdout.text).toMatchInlineSnapshot(`
      "forkcast-data: new, 1 resource
      forkcast-control-plane
        ~ AWS::Lambda::Function Api: Code, Timeout
        ! AWS::StepFunctions::StateMachine Frontier is replaced: Name
        + outputs ApiUrl
      forkcast-observability: nothing
      1 to make, 1 to change, 1 to replace
      "
    `)
    deployer.diffs = [{ stack: 'forkcast-data', isNew: false, changes: [] }]
    expect(await host.run('diff --json')).toBe(0)
  })
})

describe('destroy', () => {
  it('says what goes, what stays and what that costs, and keeps the data', async () => {
    const { host, deployer } = world({ canAsk: true, answers: ['yes'] })
    expect(await host.run('destroy')).toBe(0)
    expect(host.questions).toStrictEqual(['Destroy 2 stacks? [y/N] '])
    expect(host.stderr.text).toMatchInlineSnapshot(`
      "goes: all runs that are at work, and
        - forkcast-data
        - forkcast-control-plane
        - the key that signs tokens of clones
      stays:
        - table rows  4,000 rows, 1.9 MiB: $0.0009 a month
        - bucket objects  at least 20,000 objects and versions, 4.7 GiB: at least $0.12 a month
      ✓ forkcast-control-plane  done  0.0s
      ✓ destroyed
      table rows stays: $0.0009 a month
      bucket objects stays: $0.12 a month
      → docs/uninstall.md tells how to remove what is left
      "
    `)
    expect(deployer.acts).toStrictEqual(['destroy', 'close'])
  })

  it('deletes data only when that is asked for and confirmed by itself, before anything goes', async () => {
    const asked = world({ canAsk: true, answers: ['y', 'n'] })
    expect(await asked.host.run('destroy --data')).toBe(7)
    expect(asked.host.questions).toStrictEqual(['Destroy 2 stacks? [y/N] ', 'Delete rows and objects for good? [y/N] '])
    expect(asked.deployer.acts).toStrictEqual(['close'])

    const { host, deployer } = world()
    expect(await host.run('destroy --data --yes')).toBe(0)
    expect(deployer.acts).toStrictEqual(['destroy', 'delete table rows', 'delete bucket objects', 'close'])
  })

  it('says so when nothing is deployed', async () => {
    const { host, deployer } = world()
    deployer.standingResult = err({ code: 'NOT-FOUND', message: 'nothing is deployed', fix: 'name one', exitCode: 3 })
    expect(await host.run('destroy --yes')).toBe(3)
    expect(deployer.acts).toStrictEqual(['close'])
  })
})

describe('doctor --aws', () => {
  it('shows the account, what it lacks, and the commands that ask for it', async () => {
    const { host, deployer } = world()
    host.account = deployer.report
    expect(await host.run('doctor --aws')).toBe(0)
    expect(host.stdout.text).toMatchInlineSnapshot(`
      "✓ credentials  arn:aws:iam::111122223333:user/ada of 111122223333
      ◌ g spot       0 vCPUs of G and VT spot instances (L-3819A6DF)
        → no clone gets a GPU of a spot host; ask for 16, which takes minutes to days
          aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-3819A6DF --desired-value 16 --region eu-west-1
      can be deployed to; with what is short, less runs there than could
      "
    `)
    await host.run('doctor --aws --json')
    host.account = { isBootstrapped: false, checks: [{ name: 'region', state: 'bad', found: 'none', fix: 'name one' }] }
    expect(await host.run('doctor --aws')).toBe(1)
  })
})

describe('cost --idle', () => {
  it('prints the bill line by line, with what turns each off', async () => {
    const { host, deployer } = world()
    expect(await host.run('cost --idle')).toBe(0)
    expect(host.stdout.text).toMatchInlineSnapshot(`
      "$0.33 a month while nothing runs; $0.33 in an account whose free share others use up (us-east-1)

      WHAT                                         UNITS    USD   LIST  SWITCH
      requests by which Lambda asks FIFO queues  657,000  $0.33  $0.33  none: dispatch is one at a time

      and by the GB and month: objects: 0.023, of all versions
      "
    `)
    host.stdout.text = ''
    await host.run('cost --idle --json')
    expect(JSON.parse(host.stdout.text)).toStrictEqual(deployer.bill)
  })
})
