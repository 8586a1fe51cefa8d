import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  UserData,
} from 'aws-cdk-lib/aws-ec2'
import { Size } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'

export interface HostTemplateProps {
  /** What a host does at its start, as the MIME document that AWS Batch asks for: settings of the ECS agent, the agent's runtime. */
  readonly userData: string
  /**
   * The disk of a host: images, caches, and the working folders of all clones on it.
   *
   * @default Size.gibibytes(100)
   */
  readonly disk?: Size
}

/** How hosts of all pools on EC2 start. Each change is a new version, by which environments replace their hosts as they become free. */
export class HostTemplate extends Construct {
  readonly id: string
  readonly version: string

  constructor(scope: Construct, id: string, { userData, disk = Size.gibibytes(100) }: HostTemplateProps) {
    super(scope, id)
    const template = new LaunchTemplate(this, 'Template', {
      userData: UserData.custom(userData),
      requireImdsv2: true,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      // From a bridged container the answer does not come back.
      httpPutResponseHopLimit: 1,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(disk.toGibibytes(), {
            volumeType: EbsDeviceVolumeType.GP3,
            encrypted: true,
            deleteOnTermination: true,
          }),
        },
      ],
    })
    if (template.launchTemplateId === undefined) throw new Error('a launch template has an id')
    this.id = template.launchTemplateId
    this.version = template.latestVersionNumber
  }
}
