import {
  AccessLogFormat,
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodOptions,
  MethodLoggingLevel,
  Period,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import { UserPool } from 'aws-cdk-lib/aws-cognito'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'

/** Who may use the API. */
export type ApiAuth =
  /** Principals of AWS that have `execute-api:Invoke` on it: requests are signed (SigV4). */
  | { readonly kind: 'iam' }
  /** Who has a token (JWT) of a user pool of Cognito. */
  | { readonly kind: 'user-pool'; readonly arn: string }

/** Requests a second, and how many at once. */
export interface RequestRate {
  readonly perS: number
  readonly burst: number
}

/** What each caller may ask for, told apart by its API key. */
export interface UsagePlanChoice extends RequestRate {
  readonly perDay: number
}

export interface HttpApiProps {
  readonly name: string
  readonly api: IFunction
  readonly clone: IFunction
  /** @default - IAM */
  readonly auth?: ApiAuth
  /** Of all callers together. @default - 50 a second, 100 at once */
  readonly rate?: RequestRate
  /**
   * A usage plan: each caller also sends an API key, by which its own requests are counted and limited. It lets nobody in.
   *
   * @default - none
   */
  readonly usagePlan?: UsagePlanChoice
  /**
   * Whether API Gateway is given a role to write logs with. The account has one such role: off where another stack has set it.
   *
   * @default true
   */
  readonly accountLogs?: boolean
  readonly key?: IKey
}

const stageName = 'v1'

/** Of all clones together: the account has 10,000 a second for all of its APIs. */
const cloneRate: RequestRate = { perS: 2_000, burst: 4_000 }

/** Errors of the gateway itself; bodies hold tokens, and are never logged. */
const logged = { loggingLevel: MethodLoggingLevel.ERROR, dataTraceEnabled: false } as const

/**
 * The API of a control plane. One function answers all of its paths, by the table of routes, so that what is unknown, malformed or too
 * long is answered alike here and locally. Below `/clone` another one answers clones, which carry tokens of their own.
 */
export class HttpApi extends Construct {
  readonly url: string
  readonly restApi: RestApi
  readonly stageName = stageName

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id)
    const { auth = { kind: 'iam' }, rate = { perS: 50, burst: 100 }, usagePlan, key } = props
    const logs = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryptionKey: key }),
    })
    const restApi = new RestApi(this, 'Api', {
      restApiName: props.name,
      description: 'Forkcast: the control plane',
      endpointTypes: [EndpointType.REGIONAL],
      // Outputs are bytes of any kind: functions answer them, and are asked, in base64.
      binaryMediaTypes: ['*/*'],
      cloudWatchRole: props.accountLogs ?? true,
      deployOptions: {
        stageName,
        accessLogDestination: new LogGroupLogDestination(logs),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        tracingEnabled: true,
        ...logged,
        throttlingRateLimit: rate.perS,
        throttlingBurstLimit: rate.burst,
        // What users may ask for leaves room for clones: each asks three times, and once in 40 s while it runs.
        methodOptions: {
          '/clone/{proxy+}/POST': {
            ...logged,
            throttlingRateLimit: cloneRate.perS,
            throttlingBurstLimit: cloneRate.burst,
          },
        },
      },
    })
    const users: MethodOptions = { ...this.#authOf(auth), apiKeyRequired: usagePlan !== undefined }
    restApi.root.addResource('{proxy+}').addMethod('ANY', integration(props.api), users)
    const clones = restApi.root.addResource('clone').addResource('{proxy+}')
    clones.addMethod('POST', integration(props.clone), {
      authorizationType: AuthorizationType.NONE,
    })
    if (usagePlan !== undefined) this.#plan(restApi, usagePlan)
    this.restApi = restApi
    // Not the stage's own URL: the stage follows the functions, which would follow it.
    const { region, urlSuffix } = Stack.of(this)
    this.url = `https://${restApi.restApiId}.execute-api.${region}.${urlSuffix}/${stageName}`
  }

  #authOf(auth: ApiAuth): MethodOptions {
    if (auth.kind === 'iam') return { authorizationType: AuthorizationType.IAM }
    const pool = UserPool.fromUserPoolArn(this, 'UserPool', auth.arn)
    return {
      authorizationType: AuthorizationType.COGNITO,
      authorizer: new CognitoUserPoolsAuthorizer(this, 'Users', { cognitoUserPools: [pool] }),
    }
  }

  #plan(restApi: RestApi, { perS, burst, perDay }: UsagePlanChoice): void {
    const plan = restApi.addUsagePlan('Plan', {
      throttle: { rateLimit: perS, burstLimit: burst },
      quota: { limit: perDay, period: Period.DAY },
      apiStages: [{ stage: restApi.deploymentStage }],
    })
    plan.addApiKey(restApi.addApiKey('Key'))
  }
}

function integration(called: IFunction): LambdaIntegration {
  return new LambdaIntegration(called, { allowTestInvoke: false })
}
