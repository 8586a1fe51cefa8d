import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Architecture, type Code, Function, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { deploymentEnvironment, deploymentFunctions, type DeploymentFunction } from '#contract/deployment.ts'
import { functionSizes } from './function-sizes.ts'

/** Settings of a deployment by the name of their variable. */
export type SettingValues = Partial<Readonly<Record<keyof typeof deploymentEnvironment, string>>>

/** What all functions of a control plane have in common. */
export interface PlannerFunctionOptions {
  /** Each function gets those that it reads. */
  readonly settings: SettingValues
  /** Further variables, for all functions alike. */
  readonly environment: Readonly<Record<string, string>>
  /** Encrypts logs. Variables are names of resources, and no secret. */
  readonly key?: IKey
  /** With an `index.mjs`. */
  readonly code: Code
}

/** One of the functions of a control plane: `handler` of `lambdas/<name>/entry.ts`. */
export class PlannerFunction extends Function {
  /** What it acts as; it may write its own log, and what it is granted. */
  readonly actsAs: IRole

  constructor(scope: Construct, id: string, name: DeploymentFunction, options: PlannerFunctionOptions) {
    const { memoryMiB, timeoutS, does } = functionSizes[name]
    const { key, code } = options
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryptionKey: key }),
    })
    const role = new Role(scope, `${id}FunctionRole`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Forkcast ${name}: ${does}`,
    })
    logGroup.grantWrite(role)
    super(scope, id, {
      role,
      description: `Forkcast ${name}: ${does}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMiB,
      timeout: Duration.seconds(timeoutS),
      environment: { ...settingsOf(name, options.settings), ...options.environment },
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      code,
      handler: 'index.handler',
    })
    this.actsAs = role
  }
}

function settingsOf(name: DeploymentFunction, settings: SettingValues): Record<string, string> {
  const wanted = deploymentFunctions[name].flatMap((setting) => {
    const value = settings[setting]
    return value === undefined ? [] : [[deploymentEnvironment[setting], value] as const]
  })
  return Object.fromEntries(wanted)
}
