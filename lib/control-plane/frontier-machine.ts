import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Names, RemovalPolicy } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'
import { stateMachine } from '#contract/state-machine.ts'

export interface FrontierMachineProps {
  /** Fixed, since the functions that it calls start its executions. */
  readonly name: string
  readonly launch: IFunction
  readonly settle: IFunction
  /** Encrypts logs. Inputs of executions name tasks, and hold no data of theirs. */
  readonly key?: IKey
}

/** What the definition names in the place of functions; the template tells their ARNs. */
const machineFunctions = { launch: '${Launch}', settle: '${Settle}' } as const

/** The one state machine of a deployment, with the very definition that the local engine interprets. */
export class FrontierMachine extends Construct {
  readonly arn: string

  constructor(scope: Construct, id: string, { name, launch, settle, key }: FrontierMachineProps) {
    super(scope, id)
    const logs = new LogGroup(this, 'Logs', {
      // Groups below this prefix do not fill the one resource policy that an account has for deliveries.
      logGroupName: `/aws/vendedlogs/states/${Names.uniqueResourceName(this, { maxLength: 80 })}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryptionKey: key }),
    })
    const machine = new StateMachine(this, 'Machine', {
      stateMachineName: name,
      definitionBody: DefinitionBody.fromString(JSON.stringify(stateMachine(machineFunctions))),
      definitionSubstitutions: { Launch: launch.functionArn, Settle: settle.functionArn },
      tracingEnabled: true,
      logs: { destination: logs, level: LogLevel.ERROR, includeExecutionData: false },
    })
    machine.addToRolePolicy(
      new PolicyStatement({
        sid: 'CallItsTwoFunctions',
        actions: ['lambda:InvokeFunction'],
        resources: [launch.functionArn, settle.functionArn],
      }),
    )
    this.arn = machine.stateMachineArn
  }
}
