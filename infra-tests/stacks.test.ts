import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn'
import { describe, expect, it } from 'vitest'
import { createSfnClient } from '#adapters/aws/aws-clients.ts'
import { interpretedMachine } from '#adapters/local/interpreted-executions.ts'
import type { TemplateResource } from '#contract/idle-prices.ts'
import { deployedFunctions, nameOf } from './account/deployed-functions.ts'
import { credentials, region } from './account/emulated-account.ts'
import { deployed } from './deployed.ts'

const { accountUrl, assembly, rights } = deployed

describe('what stands in the account', () => {
  it('runs frontiers by the machine that the engine of one machine interprets, but for ARNs of its functions', async () => {
    const client = createSfnClient({ endpoint: accountUrl, region, credentials })
    const asked = new DescribeStateMachineCommand({ stateMachineArn: rights.stateMachine })
    const { definition = '' } = await client.send(asked)
    client.destroy()
    const functions = (await deployedFunctions(accountUrl)).filter((one) => definition.includes(one.FunctionArn))
    expect(new Set(functions.map(nameOf))).toStrictEqual(new Set(['launch', 'settle']))
    const named = functions.reduce((text, one) => text.replace(`"${one.FunctionArn}"`, `"${nameOf(one)}"`), definition)
    expect(JSON.parse(named)).toStrictEqual(interpretedMachine)
  })

  it('may what the template says: its policies came through CloudFormation statement by statement', () => {
    const template = JSON.parse(readFileSync(join(assembly, 'ControlPlane.template.json'), 'utf8')) as {
      readonly Resources: Readonly<Record<string, TemplateResource>>
    }
    const statementsOf = (document: unknown) =>
      (document as { readonly Statement: readonly Record<string, unknown>[] }).Statement.map((statement) =>
        JSON.stringify({ ...statement, Resource: [statement['Resource']].flat().length }, [
          'Sid',
          'Effect',
          'Action',
          'Resource',
        ]),
      )
    const inTemplate = Object.values(template.Resources)
      .filter(
        ({ Type, Properties = {} }) =>
          Type === 'AWS::IAM::Policy' && /FunctionRole|CloneRole/.test(JSON.stringify(Properties['Roles'])),
      )
      .flatMap(({ Properties = {} }) => statementsOf(Properties['PolicyDocument']))
    const inAccount = [...Object.values(rights.functions), rights.clones].flat()
    expect(inAccount.flatMap((policy) => statementsOf(JSON.parse(policy))).toSorted()).toStrictEqual(
      inTemplate.toSorted(),
    )
    expect(inTemplate.length).toBeGreaterThan(100)
  })
})
