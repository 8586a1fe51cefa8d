import { describe, expect, it } from 'vitest'
import { stackProblem, synthesisProblem } from '#deployer/failures.ts'

const failed = (resource: string, reason: string) => ({
  stack: 'forkcast-pools',
  resource,
  type: 'AWS::EC2::VPC',
  status: 'CREATE_FAILED',
  reason,
})

describe('a stack that fails', () => {
  it('is told by the resource that failed by itself, not by those that were given up for it', () => {
    const failures = [
      failed('Subnet', 'Resource creation cancelled'),
      failed('Vpc', 'The maximum number of VPCs has been reached: VpcLimitExceeded, limit exceeded'),
    ]
    expect(stackProblem('deploy', new Error('forkcast-pools failed'), failures)).toStrictEqual({
      code: 'DEPLOY-FAILED',
      message:
        'forkcast-pools: Vpc (AWS::EC2::VPC) CREATE_FAILED\nThe maximum number of VPCs has been reached: VpcLimitExceeded, limit exceeded',
      fix: 'ask for more: `forkcast doctor --aws` says which quota, and the command; then `forkcast deploy` again',
      exitCode: 1,
    })
  })

  it.each([
    ['User: x is not authorized to perform: iam:CreateRole', /let whoever deploys/],
    ['forkcast-watch already exists', /--name/],
    ['Stack is in UPDATE_IN_PROGRESS state', /stands still/],
    ['the bucket is green', /^mend that/],
  ])('for %s has its remedy', (reason, fix) => {
    expect(stackProblem('destroy', new Error('x'), [failed('A', reason)])).toMatchObject({
      fix: expect.stringMatching(fix),
    })
  })

  it('before any of its resources is told in the words of the CDK, without its decoration', () => {
    const error = new Error('\u001b[31m❌  forkcast-pools failed: ValidationError: Template format error\u001b[39m')
    expect(stackProblem('deploy', error, []).message).toBe('forkcast-pools: Template format error')
  })
})

describe('an app that can not be synthesised', () => {
  it('is told by what it threw', () => {
    const said = [
      '    throw new Error(`…`)',
      'Error: -c forkcast:gpu=yes: it is true: pools of GPUs as well',
      '    at x',
    ]
    expect(synthesisProblem(said, new Error('exited with 1'))).toMatchObject({
      code: 'DEPLOY-CHOICE',
      message: '-c forkcast:gpu=yes: it is true: pools of GPUs as well',
      exitCode: 2,
    })
    expect(synthesisProblem([], new Error('exited with 1')).message).toBe('exited with 1')
  })
})
