import type { RetryStrategy } from '@aws-sdk/client-batch'
import { describe, expect, it } from 'vitest'
import { triesAgain, type AttemptEnd } from '#local/batch/job/retry.ts'

const lost = { statusReason: 'Host EC2 (instance i-0) terminated.', reason: undefined, exitCode: null }
const failed = { statusReason: 'Essential container in task exited', reason: 'OutOfMemoryError: killed', exitCode: 137 }

/** As people write it, and Batch takes it. */
const small = 'exit' as 'EXIT'

describe('a retry strategy', () => {
  const cases: readonly (readonly [string, RetryStrategy, number, AttemptEnd, boolean])[] = [
    ['none', {}, 1, failed, false],
    ['attempts left', { attempts: 2 }, 1, failed, true],
    ['no attempts left', { attempts: 2 }, 2, failed, false],
    ['a rule that matches', { attempts: 2, evaluateOnExit: [{ onExitCode: '137', action: 'EXIT' }] }, 1, failed, false],
    ['small letters', { attempts: 2, evaluateOnExit: [{ onExitCode: '137', action: small }] }, 1, failed, false],
    ['a prefix', { attempts: 2, evaluateOnExit: [{ onExitCode: '13*', action: 'EXIT' }] }, 1, failed, false],
    [
      'a rule that does not match',
      { attempts: 2, evaluateOnExit: [{ onExitCode: '13', action: 'EXIT' }] },
      1,
      failed,
      true,
    ],
    [
      'the first rule that matches',
      {
        attempts: 2,
        evaluateOnExit: [
          { onStatusReason: 'Host EC2*', action: 'RETRY' },
          { onReason: '*', action: 'EXIT' },
        ],
      },
      1,
      lost,
      true,
    ],
    [
      'a rule of which one condition does not hold',
      { attempts: 2, evaluateOnExit: [{ onReason: 'OutOf*', onExitCode: '1', action: 'EXIT' }] },
      1,
      failed,
      true,
    ],
    [
      'an exit code that is not known',
      { attempts: 2, evaluateOnExit: [{ onExitCode: '0', action: 'EXIT' }] },
      1,
      lost,
      true,
    ],
  ]

  it.each(cases)('%s', (_, strategy, made, end, again) => {
    expect(triesAgain(strategy, made, end)).toBe(again)
  })
})
