import type { Cause, Confidence, Failure } from '#core/failure/cause.ts'
import { excerpt } from '#core/failure/excerpt.ts'
import { machineFaultOf } from '#core/failure/machine-fault.ts'
import { outOfReach } from '#core/failure/out-of-reach.ts'
import { unreachable } from '#core/unreachable.ts'

/** What is known about a clone that left no result; a closed list. */
export type Evidence =
  /** The command ended by itself and not with exit code 0, or something outside of the agent ended it. */
  | {
      readonly kind: 'exit'
      readonly exitCode: number | null
      readonly signal: string | null
      readonly stderr: string
      /** How many of its processes the kernel ended for memory; absent: nobody counted. */
      readonly memoryKills?: number
      /** Whether the disk with its folders and logs was full: what it would have said of that is lost then. */
      readonly isDiskFull?: boolean
      readonly peakMemoryMiB: number | null
      /** What the clone asked for; `null`: not known. */
      readonly memoryMiB: number | null
    }
  | { readonly kind: 'timeout'; readonly timeoutS: number; readonly stderr: string }
  /** The command wrote more to a log than is kept. */
  | { readonly kind: 'flood'; readonly stream: 'stdout' | 'stderr'; readonly limitMiB: number }
  /** The command could not be started; `code` is the system's error code. */
  | { readonly kind: 'spawn'; readonly code: string; readonly program: string }
  /** What the clone was to read is not there, or is not what it was. */
  | { readonly kind: 'input'; readonly name: string; readonly why: string }
  /** The value of a secret can't be had; `name` is the variable's. */
  | { readonly kind: 'secret'; readonly name: string; readonly why: string }
  /** An output is missing, or is not what the workflow says. */
  | { readonly kind: 'output'; readonly name: string; readonly why: string }
  /** The command that checks the result did not end with exit code 0. */
  | {
      readonly kind: 'validator'
      readonly exitCode: number | null
      readonly signal: string | null
      readonly stderr: string
      readonly memoryKills?: number
    }
  /** The agent itself failed around the command. */
  | {
      readonly kind: 'agent'
      readonly step: AgentStep
      /** The system's error code. */
      readonly code: string | null
      /** Names the file. */
      readonly message: string
      /** Whether the file is one that the command left. */
      readonly isOutput: boolean
    }

/** What the agent does around a command. */
export type AgentStep = 'staging in' | 'running' | 'staging out'

/**
 * The failure that the evidence shows: its cause, how sure that is, and the words for a person. Total over the kinds of
 * evidence. Linear in the length of stderr.
 */
export function classify(evidence: Evidence): Failure {
  switch (evidence.kind) {
    case 'exit':
      return classifyExit(evidence)
    case 'timeout':
      return failure('timed-out', 'certain', [`timed out after ${evidence.timeoutS} s`, evidence.stderr])
    case 'flood':
      return failure('user-error', 'certain', [
        `wrote more than ${evidence.limitMiB} MiB to ${evidence.stream}: write data to an output`,
      ])
    case 'spawn':
      return classifySpawn(evidence)
    case 'input':
      return failure('bad-input', 'certain', [`${evidence.name}: ${evidence.why}`])
    case 'secret':
      return failure('bad-input', 'certain', [`secret ${evidence.name}: ${evidence.why}`])
    case 'output':
      return failure('bad-output', 'certain', [`output ${evidence.name}: ${evidence.why}`])
    case 'validator':
      return classifyValidator(evidence)
    case 'agent':
      return classifyAgent(evidence)
    default:
      return unreachable(evidence)
  }
}

/** A command that used this part of its memory when it was killed is taken to have been killed for it. */
const nearLimit = 0.9

/** Signals that come from somebody else; every other one is the program's own doing. */
const foreignSignals: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'])

/** What a shell answers for a child that SIGKILL or SIGTERM ended. */
const killed = 137
const terminated = 143

/** What programs say when memory or disk ends; of disks the C library's own words. */
const memoryWords = /cannot allocate memory|out of memory|MemoryError|bad_alloc|OutOfMemoryError/i
const diskWords = /no space left on device|disk quota exceeded|ENOSPC|EDQUOT/i

function classifyExit(evidence: Extract<Evidence, { kind: 'exit' }>): Failure {
  const { exitCode, signal, peakMemoryMiB, memoryMiB, memoryKills = 0 } = evidence
  const how = endWords(exitCode, signal)
  if (memoryKills > 0) return killedForMemory(how, evidence)
  const said = excerpt(evidence.stderr)
  const isNear = peakMemoryMiB !== null && memoryMiB !== null && peakMemoryMiB >= nearLimit * memoryMiB
  if (isNear && (signal === 'SIGKILL' || exitCode === killed || memoryWords.test(said))) {
    const used = `${Math.round(peakMemoryMiB)} MiB of ${memoryMiB} MiB in use`
    return failure('out-of-memory', 'likely', [`${how}: ${used}`, evidence.stderr], exitCode, signal)
  }
  if (isForeign(exitCode, signal)) {
    return failure('unknown', 'possible', [`${how} from outside`, evidence.stderr], exitCode, signal)
  }
  if (diskWords.test(said)) return failure('out-of-disk', 'likely', [how, evidence.stderr], exitCode, signal)
  if (evidence.isDiskFull === true) {
    return failure('out-of-disk', 'likely', [`${how}, with its disk full`, evidence.stderr], exitCode, signal)
  }
  const words = said === '' ? [`${how} and wrote nothing to stderr`] : [evidence.stderr]
  return failure('user-error', 'certain', words, exitCode, signal)
}

/** A validator that somebody else ended has judged nothing. */
function classifyValidator(evidence: Extract<Evidence, { kind: 'validator' }>): Failure {
  const { exitCode, signal, stderr, memoryKills = 0 } = evidence
  const how = `validate ${endWords(exitCode, signal)}`
  if (memoryKills > 0) return killedForMemory(how, evidence)
  if (isForeign(exitCode, signal)) {
    return failure('unknown', 'possible', [`${how} from outside`, stderr], exitCode, signal)
  }
  return failure('validator-rejected', signal === null ? 'certain' : 'likely', [how, stderr], exitCode, signal)
}

/** By the kernel's own count: whatever ended the command, it had less memory than it wanted. */
function killedForMemory(
  how: string,
  { exitCode, signal, stderr }: Extract<Evidence, { kind: 'exit' | 'validator' }>,
): Failure {
  const words = [`${how}: the kernel ended a process of it for memory`, stderr]
  return failure('out-of-memory', 'certain', words, exitCode, signal)
}

function isForeign(exitCode: number | null, signal: string | null): boolean {
  if (signal !== null) return foreignSignals.has(signal)
  return exitCode === null || exitCode === killed || exitCode === terminated
}

function endWords(exitCode: number | null, signal: string | null): string {
  if (signal !== null) return `ended by ${signal}`
  return exitCode === null ? 'ended without an exit code' : `ended with exit code ${exitCode}`
}

/** Exit codes that a shell would give, and words for a person. What is not listed is the machine's. */
const spawnErrors: Readonly<Record<string, readonly [exitCode: number, why: string]>> = {
  ENOENT: [127, 'not found, or its interpreter is not'],
  EACCES: [126, 'not executable'],
  EPERM: [126, 'not permitted'],
  ENOTDIR: [126, 'a part of its path is not a folder'],
  ELOOP: [126, 'a loop of symbolic links'],
  ENAMETOOLONG: [126, 'its name is too long'],
  EISDIR: [126, 'a folder'],
  ENOEXEC: [126, 'not a program that this machine runs'],
  ETXTBSY: [126, 'it is being written'],
  E2BIG: [126, 'its arguments and environment are too long: pass long text as a file'],
  ERR_INVALID_ARG_VALUE: [126, 'no name, or a null byte in its arguments or environment'],
}

function classifySpawn(evidence: Extract<Evidence, { kind: 'spawn' }>): Failure {
  const known = Object.hasOwn(spawnErrors, evidence.code) ? spawnErrors[evidence.code] : undefined
  if (known === undefined) {
    const fault = machineFaultOf(evidence.code)
    const words = `${evidence.program}: ${evidence.code}`
    return failure('start-failed', 'certain', fault === undefined ? [words] : [words, fault.fix])
  }
  const [exitCode, why] = known
  return failure('user-error', 'certain', [`${evidence.program}: ${why} (${evidence.code})`], exitCode)
}

function classifyAgent({ step, code, message, isOutput }: Extract<Evidence, { kind: 'agent' }>): Failure {
  const words = [`${step} failed: ${message}`]
  const fault = machineFaultOf(code)
  // Who owns a file, and who may read it, is up to the command that left it.
  if (isOutput && fault?.name === 'NOT-WRITABLE') return failure('bad-output', 'likely', words)
  if (fault !== undefined) return failure(fault.cause, 'certain', [...words, fault.fix])
  if (code === outOfReach || (step === 'staging in' && code !== null)) return failure('start-failed', 'likely', words)
  return failure('unknown', 'possible', words)
}

function failure(
  cause: Cause,
  confidence: Confidence,
  words: readonly string[],
  exitCode: number | null = null,
  signal: string | null = null,
): Failure {
  return { cause, confidence, exitCode, signal, evidence: excerpt(words.join('\n')) }
}
