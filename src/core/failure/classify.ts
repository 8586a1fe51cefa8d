import type { Failure } from '#core/failure/cause.ts'
import { excerpt } from '#core/failure/excerpt.ts'
import { unreachable } from '#core/unreachable.ts'

/** What is known about a clone that left no result; a closed list. */
export type Evidence =
  /** The command ended by itself and not with exit code 0, or something outside of the agent ended it. */
  | {
      readonly kind: 'exit'
      readonly exitCode: number | null
      readonly signal: string | null
      readonly stderr: string
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
  /** An output is missing, or is not what the workflow says. */
  | { readonly kind: 'output'; readonly name: string; readonly why: string }
  /** The agent itself failed around the command; `code` is the system's error code. */
  | { readonly kind: 'agent'; readonly step: AgentStep; readonly code: string | null; readonly message: string }

/** What the agent does around a command. */
export type AgentStep = 'staging in' | 'running' | 'staging out'

/** The failure that the evidence shows: its cause, and the words for a person. Total over the kinds of evidence. */
export function classify(evidence: Evidence): Failure {
  switch (evidence.kind) {
    case 'exit':
      return classifyExit(evidence)
    case 'timeout':
      return failure('timed-out', [`timed out after ${evidence.timeoutS} s`, evidence.stderr])
    case 'flood':
      return failure('user-error', [
        `wrote more than ${evidence.limitMiB} MiB to ${evidence.stream}: write data to an output`,
      ])
    case 'spawn':
      return classifySpawn(evidence)
    case 'input':
      return failure('bad-input', [`${evidence.name}: ${evidence.why}`])
    case 'output':
      return failure('bad-output', [`output ${evidence.name}: ${evidence.why}`])
    case 'agent':
      return failure(agentCause(evidence), [`${evidence.step} failed: ${evidence.message}`])
    default:
      return unreachable(evidence)
  }
}

/** A command that used this part of its memory when it was killed is taken to have been killed for it. */
const nearLimit = 0.9

/** Signals that come from somebody else; every other one is the program's own doing. */
const foreignSignals: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'])

/** What a shell answers for a child that SIGKILL ended. */
const shellKilled = 137

function classifyExit(evidence: Extract<Evidence, { kind: 'exit' }>): Failure {
  const { exitCode, signal, peakMemoryMiB, memoryMiB } = evidence
  const killed = signal === 'SIGKILL' || exitCode === shellKilled
  const how = signal === null ? `ended with exit code ${exitCode}` : `ended by ${signal}`
  if (killed && peakMemoryMiB !== null && memoryMiB !== null && peakMemoryMiB >= nearLimit * memoryMiB) {
    const used = `${Math.round(peakMemoryMiB)} MiB of ${memoryMiB} MiB in use`
    return failure('out-of-memory', [`${how}: ${used}`, evidence.stderr], exitCode, signal)
  }
  if (signal !== null && foreignSignals.has(signal)) {
    return failure('unknown', [`${how} from outside`, evidence.stderr], exitCode, signal)
  }
  const words = evidence.stderr.trim() === '' ? [`${how} and wrote nothing to stderr`] : [evidence.stderr]
  return failure('user-error', words, exitCode, signal)
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
  if (known === undefined) return failure('start-failed', [`${evidence.program}: ${evidence.code}`])
  const [exitCode, why] = known
  return failure('user-error', [`${evidence.program}: ${why} (${evidence.code})`], exitCode)
}

function agentCause(evidence: Extract<Evidence, { kind: 'agent' }>): Failure['cause'] {
  const { step, code } = evidence
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'out-of-disk'
  if (step === 'staging out' && (code === 'EACCES' || code === 'EPERM')) return 'bad-output'
  return step === 'staging in' && code !== null ? 'start-failed' : 'unknown'
}

function failure(
  cause: Failure['cause'],
  words: readonly string[],
  exitCode: number | null = null,
  signal: string | null = null,
): Failure {
  return { cause, exitCode, signal, evidence: excerpt(words.join('\n')) }
}
