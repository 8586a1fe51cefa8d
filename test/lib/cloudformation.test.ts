import { rmSync } from 'node:fs'
import { CfnQueue } from 'aws-cdk-lib/aws-sqs'
import { App, Stack } from 'aws-cdk-lib/core'
import { describe, expect, it } from 'vitest'
import cdk from '../../cdk.json' with { type: 'json' }
import { configurations } from './configurations.ts'
import { deploymentOf } from './synthesised.ts'

/** Rules of CloudFormation that the CDK brings along; with the flag of `cdk.json`, what they find ends the synthesis. */
function synthesise(app: App): void {
  process.env['CDK_VALIDATION'] = 'true'
  try {
    app.synth()
  } finally {
    process.env['CDK_VALIDATION'] = 'false'
    rmSync(app.outdir, { recursive: true, force: true })
  }
}

describe('the rules of CloudFormation', () => {
  // Four seconds of arithmetic, and more where others compute.
  it('find nothing in a deployment with everything', { timeout: 120_000 }, () => {
    const { app } = deploymentOf({
      ...configurations.gpu,
      ...configurations['customer key'],
      pools: { ...configurations.gpu.pools, ...configurations.private.pools },
    })
    expect(() => synthesise(app)).not.toThrow()
  })

  it('would find a queue that cannot be', { timeout: 120_000 }, () => {
    const app = new App({ context: cdk.context })
    new CfnQueue(new Stack(app, 'Broken'), 'Queue', { visibilityTimeout: 1_000_000 })
    expect(() => synthesise(app)).toThrow(/[Vv]alidation/)
  })
})
