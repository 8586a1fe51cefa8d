import {
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISecurityGroup,
  type IVpc,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { Stack } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'

/** Where hosts and containers of a deployment are. */
export type NetworkChoice =
  /** Public subnets behind an internet gateway, addresses on hosts, no way in: costs nothing while nothing runs. */
  | { readonly kind: 'public' }
  /** Private subnets with one NAT gateway: about 33 USD a month, and 0.045 USD a GB. */
  | { readonly kind: 'private' }
  /** A network that exists; its subnets must reach ECS, ECR, S3, CloudWatch Logs and the clone API. */
  | {
      readonly kind: 'existing'
      readonly vpcId: string
      readonly subnetIds: readonly string[]
      /** Whether containers on Fargate need a public address to reach anything: yes in public subnets. */
      readonly publicIp: boolean
    }

export interface NetworkProps {
  /** @default - public */
  readonly choice?: NetworkChoice
  /**
   * Whether all traffic of a network that is made here is logged, at 0.50 USD a GB of logs.
   *
   * @default false
   */
  readonly flowLogs?: boolean
}

/** The network of pools: subnets, and one security group that lets nobody in. */
export class Network extends Construct {
  readonly subnetIds: string[]
  readonly securityGroup: ISecurityGroup
  /** Whether containers on Fargate are to have a public address. */
  readonly publicIp: boolean

  constructor(scope: Construct, id: string, { choice = { kind: 'public' }, flowLogs = false }: NetworkProps = {}) {
    super(scope, id)
    if (choice.kind === 'existing') {
      if (choice.subnetIds.length === 0) throw new Error(`no subnets of ${choice.vpcId} are named`)
      // Nothing of it is looked up, so that a template depends on no account.
      const vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
        vpcId: choice.vpcId,
        availabilityZones: ['those of its subnets'],
      })
      this.subnetIds = [...choice.subnetIds]
      this.publicIp = choice.publicIp
      this.securityGroup = this.#noWayIn(vpc)
      return
    }
    const isPublic = choice.kind === 'public'
    const subnetType = isPublic ? SubnetType.PUBLIC : SubnetType.PRIVATE_WITH_EGRESS
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.73.0.0/16'),
      maxAzs: 3,
      natGateways: isPublic ? 0 : 1,
      subnetConfiguration: [
        { name: 'Hosts', subnetType, cidrMask: 18, ...(isPublic && { mapPublicIpOnLaunch: true }) },
        ...(isPublic ? [] : [{ name: 'Nat', subnetType: SubnetType.PUBLIC, cidrMask: 28 }]),
      ],
      // Free, and the bytes of inputs and outputs take no other way.
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDB: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
      // Nothing is ever put into it; emptying it takes a function with rights of its own.
      restrictDefaultSecurityGroup: false,
    })
    if (flowLogs) vpc.addFlowLog('Flow', { trafficType: FlowLogTrafficType.ALL })
    this.subnetIds = vpc.selectSubnets({ subnetType }).subnetIds
    this.publicIp = isPublic
    this.securityGroup = this.#noWayIn(vpc as IVpc)
  }

  #noWayIn(vpc: IVpc): ISecurityGroup {
    return new SecurityGroup(this, 'NoWayIn', {
      vpc,
      description: `Forkcast: hosts and containers of ${Stack.of(this).stackName}; out to anywhere, in from nowhere`,
      allowAllOutbound: true,
    })
  }
}
