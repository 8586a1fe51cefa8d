/** A finding of a rule that is as it should be. */
export interface Accepted {
  readonly rule: RegExp
  readonly path: RegExp
  readonly reason: string
}

const any = /^/
const functionRoles = /^ControlPlane\/\w+FunctionRole\/DefaultPolicy\/Resource$/

/** All findings of cdk-nag (AwsSolutions, Serverless) that stay, each with its reason. One that is found no more is to be removed here. */
export const accepted: readonly Accepted[] = [
  {
    rule: /^AwsSolutions-S1$/,
    path: /^Data\/Bucket\/Resource$/,
    reason:
      'Access logs would be a second bucket that grows with each request; CloudTrail data events tell the same where wanted.',
  },
  {
    rule: /^AwsSolutions-VPC7$/,
    path: /^Pools\/Network\/Vpc\/Resource$/,
    reason: 'Nobody can come in, and logs of what tasks fetch are paid by the GB: on with forkcast:flowLogs.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:ecs:.*:(?:cluster|container-instance)\/\*\]$/,
    path: /^Pools\/Hosts\/Role\/DefaultPolicy\/Resource$/,
    reason: 'AWS Batch makes a cluster for each environment and a host its own id in it: neither is known here.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:ecr:.*:repository\/\*\]$/,
    path: /^Pools\/Hosts\/Role\/DefaultPolicy\/Resource$/,
    reason: 'Users name the images of their tasks: those of the account itself may be pulled.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /^Pools\/Hosts\/Role\/DefaultPolicy\/Resource$/,
    reason: 'ecs:DiscoverPollEndpoint and ecr:GetAuthorizationToken take no resource.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: functionRoles,
    reason: 'Traces (xray:Put…), what Batch, EC2, the price list and Service Quotas describe or list take no resource.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /^ControlPlane\/Frontier\/Machine\/Role\/DefaultPolicy\/Resource$/,
    reason: 'Deliveries of logs and traces take no resource (Step Functions developer guide, on logging and on X-Ray).',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:.*:batch:.*:job\/\*\]$/,
    path: functionRoles,
    reason: 'A job is ended by its id, which Batch gives it; there is nothing else in its ARN.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:.*:batch:.*:job-definition\/forkcast-\*\]$/,
    path: /^ControlPlane\/DispatchFunctionRole\/DefaultPolicy\/Resource$/,
    reason: 'Job definitions are registered when an image is first used, by a name that is a hash.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\{"Fn::GetStackOutput".*\/(?:blobs|runs|rows|market|requests)\/\*\]$/,
    path: /^ControlPlane\/(?:\w+FunctionRole|CloneRole\/Role)\/DefaultPolicy\/Resource$/,
    reason:
      'Objects are named by content or by run. A clone has the role only as far as its session policy goes: its own inputs and prefix.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\{"Fn::GetStackOutput".*\/index\/\*\]$/,
    path: functionRoles,
    reason: 'All indexes of the one table: each list of rows is one of them.',
  },
  {
    rule: /^AwsSolutions-IAM4\[Policy::.*AmazonAPIGatewayPushToCloudWatchLogs\]$/,
    path: /^ControlPlane\/Http\/Api\/CloudWatchRole\/Resource$/,
    reason:
      'The role is the account’s, and this is the policy that API Gateway asks for; off with forkcast:accountLogs.',
  },
  {
    rule: /^AwsSolutions-APIG2$/,
    path: /^ControlPlane\/Http\/Api\/Resource$/,
    reason:
      'The handler checks every request against its route’s schemas and answers with place and remedy, as it does locally.',
  },
  {
    rule: /^AwsSolutions-APIG3$/,
    path: /^ControlPlane\/Http\/Api\/DeploymentStage\.v1\/Resource$/,
    reason:
      'A web ACL is 5 USD a month while nothing runs; requests are signed and throttled, and one can be attached to the stage.',
  },
  {
    rule: /^AwsSolutions-(?:APIG4|COG4)$/,
    path: /^ControlPlane\/Http\/Api\/Default\/clone\/\{proxy\+\}\/POST\/Resource$/,
    reason: 'Each request carries a signed token of one clone, which its function checks before anything else.',
  },
  {
    rule: /^AwsSolutions-COG4$/,
    path: /^ControlPlane\/Http\/Api\/Default\/\{proxy\+\}\/ANY\/Resource$/,
    reason: 'Requests are signed by principals of AWS (IAM); forkcast:userPoolArn takes tokens of a user pool instead.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:.*:logs:.*:log-stream:\*\]$/,
    path: /^ControlPlane\/ApiFunctionRole\/DefaultPolicy\/Resource$/,
    reason: 'Streams of the one log group of containers: each is named by ECS when its container starts.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:.*:kms:.*:key\/\*\]$/,
    path: /^ControlPlane\/CloneFunctionRole\/DefaultPolicy\/Resource$/,
    reason: 'Whichever key the account was bootstrapped with: through S3, for the one object that is the agent.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:.*:(?:ssm:.*:parameter\/forkcast\/secrets|secretsmanager:.*:secret:forkcast)\/\*\]$/,
    path: /^ControlPlane\/CloneRole\/Role\/DefaultPolicy\/Resource$/,
    reason:
      'What users may put there for their tasks; a session policy names the secrets of one clone (forkcast:secrets).',
  },
  {
    rule: /^AwsSolutions-SF1$/,
    path: /^ControlPlane\/Frontier\/Machine\/Resource$/,
    reason:
      'Each step of each clone is a row and an event of its run; to log all of them once more is paid by the task. Errors are logged.',
  },
  {
    rule: /^AwsSolutions-SQS3$|^Serverless-SQSRedrivePolicy$/,
    path: /^ControlPlane\/Queues\/(?:DeadLetters|DispatchDeadLetters|Undelivered)\/Resource$/,
    reason: 'These are the queues that others redrive to; Undelivered is that of the targets of rules.',
  },
  {
    rule: /^Serverless-LambdaDLQ$/,
    path: any,
    reason:
      'Nobody invokes them asynchronously but the watch rule, whose target has a queue for what is not delivered.',
  },
  {
    rule: /^Serverless-LambdaEventSourceMappingDestination$/,
    path: any,
    reason: 'A destination is for streams; the queues themselves redrive what fails five times.',
  },
]
