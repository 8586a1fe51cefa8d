import type { TestChoices } from './synthesised.ts'

/** Configurations that templates are shown and checked in. */
export const configurations = {
  default: {},
  gpu: { pools: { gpu: true, bidPercentage: 60 } },
  private: { pools: { network: { kind: 'private' }, flowLogs: true } },
  'external pools': {
    externalPools: [
      { id: 'cold-cpu', queue: 'arn:aws:batch:eu-west-1:111122223333:job-queue/mine' },
      {
        id: 'fargate-cpu-spot',
        queue: 'arn:aws:batch:eu-west-1:111122223333:job-queue/theirs',
        fairShare: true,
        vcpus: 8,
      },
    ],
  },
  'customer key': { data: { customerKey: true } },
} as const satisfies Readonly<Record<string, TestChoices>>
