import { CfnInstanceProfile, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { Stack } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'

/**
 * What a host may: be part of the clusters that AWS Batch makes for it, pull images, write logs of its containers. No data: what a
 * clone reads and writes, it does by credentials of its own.
 */
export class HostRole extends Construct {
  readonly instanceProfileArn: string

  constructor(scope: Construct, id: string, { logs }: { readonly logs: ILogGroup }) {
    super(scope, id)
    const { partition, region, account } = Stack.of(this)
    const ecs = (what: string) => `arn:${partition}:ecs:${region}:${account}:${what}/*`
    const repositories = `arn:${partition}:ecr:${region}:${account}:repository/*`
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      description: 'Forkcast: hosts of pools on EC2',
    })
    role.addToPolicy(
      new PolicyStatement({
        sid: 'BeAHostOfTheClustersOfBatch',
        actions: [
          'ecs:DeregisterContainerInstance',
          'ecs:Poll',
          'ecs:RegisterContainerInstance',
          'ecs:StartTelemetrySession',
          'ecs:SubmitAttachmentStateChanges',
          'ecs:SubmitContainerStateChange',
          'ecs:SubmitTaskStateChange',
          'ecs:UpdateContainerInstancesState',
        ],
        resources: [ecs('cluster'), ecs('container-instance')],
      }),
    )
    role.addToPolicy(
      new PolicyStatement({
        sid: 'BearItsTags',
        actions: ['ecs:TagResource'],
        resources: [ecs('container-instance')],
        conditions: { StringEquals: { 'ecs:CreateAction': 'RegisterContainerInstance' } },
      }),
    )
    role.addToPolicy(
      new PolicyStatement({
        sid: 'PullImages',
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [repositories],
      }),
    )
    role.addToPolicy(
      new PolicyStatement({
        sid: 'FindTheServices',
        actions: ['ecs:DiscoverPollEndpoint', 'ecr:GetAuthorizationToken'],
        resources: ['*'],
      }),
    )
    logs.grantWrite(role)
    this.instanceProfileArn = new CfnInstanceProfile(this, 'Profile', { roles: [role.roleName] }).attrArn
  }
}
