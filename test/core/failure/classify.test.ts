import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causes } from '#core/failure/cause.ts'
import { classify, type Evidence } from '#core/failure/classify.ts'

const exit = {
  kind: 'exit',
  exitCode: null,
  signal: null,
  stderr: '',
  peakMemoryMiB: null,
  memoryMiB: null,
} satisfies Evidence
const agent = { kind: 'agent', code: null, message: 'why', isOutput: false } as const
const noFiles = 'raise the limit (`ulimit -n`), or run less at once'
const notWritable = 'change the permissions or the owner of the file or of its folder'

describe('the cause of a failure', () => {
  it.each<[string, Evidence, string, string]>([
    ['exit code 1', { ...exit, exitCode: 1, stderr: 'no\n' }, 'user-error', 'no'],
    [
      'exit code 1, silent',
      { ...exit, exitCode: 1, stderr: ' \n' },
      'user-error',
      'ended with exit code 1 and wrote nothing to stderr',
    ],
    ['SIGSEGV', { ...exit, signal: 'SIGSEGV' }, 'user-error', 'ended by SIGSEGV and wrote nothing to stderr'],
    ['SIGTERM of somebody', { ...exit, signal: 'SIGTERM', stderr: 'x' }, 'unknown', 'ended by SIGTERM from outside\nx'],
    [
      'a child that the kernel ended for memory',
      { ...exit, exitCode: 1, memoryKills: 1, peakMemoryMiB: 10, memoryMiB: 100, stderr: 'x' },
      'out-of-memory',
      'ended with exit code 1: the kernel ended a process of it for memory\nx',
    ],
    [
      'a validator that the kernel ended for memory',
      { kind: 'validator', exitCode: 137, signal: null, stderr: '', memoryKills: 2 },
      'out-of-memory',
      'validate ended with exit code 137: the kernel ended a process of it for memory',
    ],
    [
      'a disk that is full, so that nothing could be said of it',
      { ...exit, exitCode: 1, isDiskFull: true },
      'out-of-disk',
      'ended with exit code 1, with its disk full',
    ],
    ['a disk that is not full', { ...exit, exitCode: 1, isDiskFull: false, stderr: 'x' }, 'user-error', 'x'],
    [
      'SIGKILL, nothing measured',
      { ...exit, signal: 'SIGKILL', memoryMiB: 100 },
      'unknown',
      'ended by SIGKILL from outside',
    ],
    [
      'SIGKILL, nothing asked for',
      { ...exit, signal: 'SIGKILL', peakMemoryMiB: 100 },
      'unknown',
      'ended by SIGKILL from outside',
    ],
    [
      'SIGKILL, little in use',
      { ...exit, signal: 'SIGKILL', peakMemoryMiB: 89.9, memoryMiB: 100 },
      'unknown',
      'ended by SIGKILL from outside',
    ],
    [
      'SIGKILL, much in use',
      { ...exit, signal: 'SIGKILL', peakMemoryMiB: 90, memoryMiB: 100, stderr: 'x' },
      'out-of-memory',
      'ended by SIGKILL: 90 MiB of 100 MiB in use\nx',
    ],
    [
      'a child’s SIGKILL, much in use',
      { ...exit, exitCode: 137, peakMemoryMiB: 170.4, memoryMiB: 100 },
      'out-of-memory',
      'ended with exit code 137: 170 MiB of 100 MiB in use',
    ],
    [
      'a child’s SIGKILL, little in use',
      { ...exit, exitCode: 137, peakMemoryMiB: 1, memoryMiB: 100 },
      'unknown',
      'ended with exit code 137 from outside',
    ],
    [
      'a child’s SIGKILL, nothing measured',
      { ...exit, exitCode: 137 },
      'unknown',
      'ended with exit code 137 from outside',
    ],
    [
      'a child’s SIGTERM',
      { ...exit, exitCode: 143, stderr: 'x' },
      'unknown',
      'ended with exit code 143 from outside\nx',
    ],
    ['no exit code', exit, 'unknown', 'ended without an exit code from outside'],
    [
      'words of memory, much in use',
      { ...exit, exitCode: 1, peakMemoryMiB: 95, memoryMiB: 100, stderr: 'MemoryError' },
      'out-of-memory',
      'ended with exit code 1: 95 MiB of 100 MiB in use\nMemoryError',
    ],
    [
      'words of memory, little in use',
      { ...exit, exitCode: 1, peakMemoryMiB: 10, memoryMiB: 100, stderr: 'MemoryError' },
      'user-error',
      'MemoryError',
    ],
    [
      'words of a full disk',
      { ...exit, exitCode: 1, stderr: 'tar: x: No space left on device' },
      'out-of-disk',
      'ended with exit code 1\ntar: x: No space left on device',
    ],
    [
      'a secret that is not there',
      { kind: 'secret', name: 'TOKEN', why: 'environment variable MY_TOKEN is not set' },
      'bad-input',
      'secret TOKEN: environment variable MY_TOKEN is not set',
    ],
    [
      'a validator that says no',
      { kind: 'validator', exitCode: 3, signal: null, stderr: 'sum is off' },
      'validator-rejected',
      'validate ended with exit code 3\nsum is off',
    ],
    [
      'a validator that breaks',
      { kind: 'validator', exitCode: null, signal: 'SIGSEGV', stderr: '' },
      'validator-rejected',
      'validate ended by SIGSEGV',
    ],
    [
      'a validator that somebody killed',
      { kind: 'validator', exitCode: null, signal: 'SIGKILL', stderr: '' },
      'unknown',
      'validate ended by SIGKILL from outside',
    ],
    [
      'another exit code, much in use',
      { ...exit, exitCode: 1, peakMemoryMiB: 100, memoryMiB: 100, stderr: 'x' },
      'user-error',
      'x',
    ],
    ['timeout', { kind: 'timeout', timeoutS: 60, stderr: '' }, 'timed-out', 'timed out after 60 s'],
    [
      'flood',
      { kind: 'flood', stream: 'stderr', limitMiB: 64 },
      'user-error',
      'wrote more than 64 MiB to stderr: write data to an output',
    ],
    [
      'spawn: not found',
      { kind: 'spawn', code: 'ENOENT', program: 'x' },
      'user-error',
      'x: not found, or its interpreter is not (ENOENT)',
    ],
    ['spawn: too many files', { kind: 'spawn', code: 'EMFILE', program: 'x' }, 'start-failed', `x: EMFILE\n${noFiles}`],
    ['spawn: no memory', { kind: 'spawn', code: 'ENOMEM', program: 'x' }, 'start-failed', 'x: ENOMEM'],
    [
      'spawn: a code like a property',
      { kind: 'spawn', code: 'constructor', program: 'x' },
      'start-failed',
      'x: constructor',
    ],
    [
      'input',
      { kind: 'input', name: 'INPUT_A', why: 'object a is missing' },
      'bad-input',
      'INPUT_A: object a is missing',
    ],
    ['output', { kind: 'output', name: 'a', why: 'nothing at a' }, 'bad-output', 'output a: nothing at a'],
    [
      'disk full',
      { ...agent, step: 'staging in', code: 'ENOSPC' },
      'out-of-disk',
      'staging in failed: why\nfree some space',
    ],
    [
      'quota full',
      { ...agent, step: 'staging out', code: 'EDQUOT' },
      'out-of-disk',
      'staging out failed: why\nfree some space',
    ],
    ...(['staging in', 'running', 'staging out'] as const).flatMap((step) =>
      (
        [
          ['EACCES', notWritable],
          ['EPERM', notWritable],
          ['EROFS', 'mount it for writing'],
          ['EIO', 'check the disk'],
          ['EMFILE', noFiles],
          ['ENFILE', noFiles],
        ] as const
      ).map(([code, fix]): [string, Evidence, string, string] => [
        `${code}, ${step}`,
        { ...agent, step, code },
        'start-failed',
        `${step} failed: why\n${fix}`,
      ]),
    ),
    [
      'an output that may not be read',
      { ...agent, step: 'staging out', code: 'EACCES', isOutput: true },
      'bad-output',
      'staging out failed: why',
    ],
    [
      'an output of somebody else',
      { ...agent, step: 'staging out', code: 'EPERM', isOutput: true },
      'bad-output',
      'staging out failed: why',
    ],
    [
      'an output on a disk that breaks',
      { ...agent, step: 'staging out', code: 'EIO', isOutput: true },
      'start-failed',
      'staging out failed: why\ncheck the disk',
    ],
    [
      'a code of another kind',
      { ...agent, step: 'staging in', code: 'ENXIO' },
      'start-failed',
      'staging in failed: why',
    ],
    [
      'an object store that is out of reach',
      { ...agent, step: 'staging out', code: 'OBJECTS-OUT-OF-REACH' },
      'start-failed',
      'staging out failed: why',
    ],
    ['such a code after the command', { ...agent, step: 'running', code: 'ENXIO' }, 'unknown', 'running failed: why'],
    ['a bug', { ...agent, step: 'staging in' }, 'unknown', 'staging in failed: why'],
  ])('is told by the evidence: %s', (_, evidence, cause, words) => {
    const failure = classify(evidence)
    expect([failure.cause, failure.evidence]).toStrictEqual([cause, words])
  })

  it.each<[string, Evidence, string]>([
    ['a limit that the agent keeps', { kind: 'timeout', timeoutS: 60, stderr: '' }, 'certain'],
    ['a program that ended itself', { ...exit, exitCode: 1 }, 'certain'],
    ['a signal near the limit', { ...exit, signal: 'SIGKILL', peakMemoryMiB: 99, memoryMiB: 100 }, 'likely'],
    ['a code near the limit', { ...exit, exitCode: 137, peakMemoryMiB: 99, memoryMiB: 100 }, 'likely'],
    ['a code far from it', { ...exit, exitCode: 137, peakMemoryMiB: 9, memoryMiB: 100 }, 'possible'],
    ['words of a full disk', { ...exit, exitCode: 1, stderr: 'ENOSPC' }, 'likely'],
    ['the system’s word of a full disk', { ...agent, step: 'staging in', code: 'ENOSPC' }, 'certain'],
    ['what is not to be written', { ...agent, step: 'staging out', code: 'EACCES' }, 'certain'],
    ['what a command left unreadable', { ...agent, step: 'staging out', code: 'EACCES', isOutput: true }, 'likely'],
    ['what can’t be staged', { ...agent, step: 'staging in', code: 'ENXIO' }, 'likely'],
    ['an agent’s bug', { ...agent, step: 'running' }, 'possible'],
    ['a program that is not there', { kind: 'spawn', code: 'ENOENT', program: 'x' }, 'certain'],
    ['a validator’s word', { kind: 'validator', exitCode: 1, signal: null, stderr: '' }, 'certain'],
    ['a validator’s crash', { kind: 'validator', exitCode: null, signal: 'SIGSEGV', stderr: '' }, 'likely'],
    ['a validator that was killed', { kind: 'validator', exitCode: 137, signal: null, stderr: '' }, 'possible'],
    ['an output that is missing', { kind: 'output', name: 'a', why: 'nothing at a' }, 'certain'],
    ['an input that is missing', { kind: 'input', name: 'a', why: 'nothing at a' }, 'certain'],
    ['a secret that is missing', { kind: 'secret', name: 'A', why: 'not set' }, 'certain'],
  ])('is as sure as what tells it: %s', (_, evidence, confidence) => {
    expect(classify(evidence).confidence).toBe(confidence)
  })

  it('keeps exit code and signal as they were, and has those of a shell for what did not start', () => {
    expect(classify({ ...exit, exitCode: 3 })).toMatchObject({ exitCode: 3, signal: null })
    expect(classify({ ...exit, signal: 'SIGBUS' })).toMatchObject({ exitCode: null, signal: 'SIGBUS' })
    expect(classify({ kind: 'spawn', code: 'ENOENT', program: 'x' })).toMatchObject({ exitCode: 127 })
    expect(classify({ kind: 'spawn', code: 'EACCES', program: 'x' })).toMatchObject({ exitCode: 126 })
    expect(classify({ kind: 'spawn', code: 'EAGAIN', program: 'x' })).toMatchObject({ exitCode: null })
  })

  it('is one of the list for every exit, and its evidence is never empty', () => {
    const anyExit = fc.record({
      kind: fc.constant('exit' as const),
      exitCode: fc.option(fc.integer({ min: 1, max: 255 })),
      signal: fc.option(fc.constantFrom('SIGKILL', 'SIGTERM', 'SIGSEGV')),
      stderr: fc.string({ unit: 'binary' }),
      peakMemoryMiB: fc.option(fc.float({ min: 0, noNaN: true })),
      memoryMiB: fc.option(fc.nat()),
    })
    fc.assert(
      fc.property(anyExit, (evidence) => {
        const { cause, evidence: words } = classify(evidence)
        return causes.includes(cause) && words !== ''
      }),
    )
  })

  it('is not guessed for a kind that does not exist', () => {
    expect(() => classify({ kind: 'rumour' } as unknown as Evidence)).toThrow('unexpected value')
  })
})
