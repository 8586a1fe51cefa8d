/** A resource of a synthesised template. */
export interface TemplateResource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
}

/** Resources of a stack by their ids. */
export type TemplateResources = Readonly<Record<string, TemplateResource>>

/** Something that costs money while nothing runs. */
export interface IdlePrice {
  readonly what: string
  /** How much of it a resource has. */
  readonly units: (properties: Readonly<Record<string, unknown>>, resources: TemplateResources) => number
  readonly usdPerUnit: number
  /** How much of it every account has for nothing each month. */
  readonly free: number
  /** The override that turns it off, or down. */
  readonly switch: string
}

const hoursPerMonth = 730

/**
 * How often AWS Lambda asks an idle queue each month: by five long polls at once, of 20 seconds each
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html).
 */
const pollsPerMonth = 5 * 3 * 60 * hoursPerMonth

/** List prices of us-east-1 in USD a month. A type may have several. */
export const idlePrices: Readonly<Record<string, readonly IdlePrice[]>> = {
  'AWS::CloudWatch::Alarm': [
    {
      what: 'metrics of alarms',
      units: ({ Metrics }) => (Array.isArray(Metrics) ? Metrics.filter(hasStat).length : 1),
      usdPerUnit: 0.1,
      free: 10,
      switch: 'forkcast:observability=false',
    },
  ],
  'AWS::CloudWatch::Dashboard': [
    { what: 'dashboards', units: () => 1, usdPerUnit: 3, free: 3, switch: 'forkcast:observability=false' },
  ],
  'AWS::Lambda::EventSourceMapping': [
    {
      what: 'requests by which Lambda asks standard queues',
      units: (mapping, resources) => (isFifo(mapping, resources) || mapping['Enabled'] === false ? 0 : pollsPerMonth),
      usdPerUnit: 0.4e-6,
      free: 1_000_000,
      switch: 'none: without them nobody hears of jobs and timers',
    },
    {
      what: 'requests by which Lambda asks FIFO queues',
      units: (mapping, resources) => (isFifo(mapping, resources) && mapping['Enabled'] !== false ? pollsPerMonth : 0),
      usdPerUnit: 0.5e-6,
      free: 0,
      switch: 'none: dispatch is one at a time',
    },
  ],
  'AWS::Events::Rule': [
    {
      what: 'minutes in which a schedule wakes a function',
      units: ({ ScheduleExpression, State }) =>
        ScheduleExpression === undefined || State === 'DISABLED' ? 0 : 60 * hoursPerMonth,
      usdPerUnit: 5e-6,
      free: 0,
      switch: 'none: it is off while no run is active',
    },
  ],
  'AWS::KMS::Key': [
    { what: 'keys of the account', units: () => 1, usdPerUnit: 1, free: 0, switch: 'forkcast:customerKey=false' },
  ],
  'AWS::EC2::NatGateway': [
    {
      what: 'NAT gateways, by the hour',
      units: () => hoursPerMonth,
      usdPerUnit: 0.045,
      free: 0,
      switch: 'forkcast:network=public',
    },
  ],
  'AWS::EC2::EIP': [
    {
      what: 'public addresses, by the hour',
      units: () => hoursPerMonth,
      usdPerUnit: 0.005,
      free: 0,
      switch: 'forkcast:network=public',
    },
  ],
  'AWS::EC2::VPCEndpoint': [
    {
      what: 'interface endpoints, by subnet and hour',
      units: ({ VpcEndpointType, SubnetIds }) =>
        VpcEndpointType === 'Interface' ? hoursPerMonth * (Array.isArray(SubnetIds) ? SubnetIds.length : 1) : 0,
      usdPerUnit: 0.01,
      free: 0,
      switch: 'forkcast:network=public',
    },
  ],
  'AWS::Batch::ComputeEnvironment': [
    {
      what: 'vCPUs that are kept, by the hour',
      units: ({ ComputeResources }) => hoursPerMonth * leastVcpus(ComputeResources),
      usdPerUnit: 0.0446,
      free: 0,
      switch: 'minvCpus of the environment',
    },
  ],
}

/** What costs by what it holds, whoever asks for it: USD a GB and month. */
export const storedPrices: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'rows and events: 0.25, and 0.20 for restoring to any second',
  'AWS::S3::Bucket': 'objects: 0.023, of all versions',
  'AWS::Logs::LogGroup': 'logs: 0.03, until they expire',
}

/** What costs nothing but by use. */
export const freeTypes: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::Authorizer',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::Batch::JobQueue',
  'AWS::Batch::SchedulingPolicy',
  'AWS::EC2::FlowLog',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::LaunchTemplate',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter',
  'AWS::StepFunctions::StateMachine',
])

function isFifo({ EventSourceArn }: Readonly<Record<string, unknown>>, resources: TemplateResources): boolean {
  const [id] = (EventSourceArn as { readonly 'Fn::GetAtt'?: readonly string[] } | undefined)?.['Fn::GetAtt'] ?? []
  return id !== undefined && resources[id]?.Properties?.['FifoQueue'] === true
}

function hasStat(metric: unknown): boolean {
  return typeof metric === 'object' && metric !== null && 'MetricStat' in metric
}

function leastVcpus(computeResources: unknown): number {
  const { MinvCpus = 0 } = (computeResources ?? {}) as { readonly MinvCpus?: number }
  return MinvCpus
}
