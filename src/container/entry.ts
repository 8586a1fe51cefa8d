import type { CloneExit } from '#agent/clone-job.ts'
import { forgetAwsSettings, inheritedEnvironment } from './inherited-environment.ts'
import { runContainer } from './run-container.ts'
import { readSettings } from './settings.ts'

/**
 * The agent as the first program of a container with any image. It ends with the exit code of its clone: 0 also when the clone was
 * refused, or lost its lease to somebody whose end it is to be.
 */

/** The platform gives a container 30 seconds from TERM to KILL: whatever hangs, it ends by itself before. */
const longestEndMs = 28_000
/** What a process ends with that SIGTERM ended. */
const terminated = 143

const startedAtMs = Date.now() - process.uptime() * 1000

// Whoever collects them may be gone. To pipes, as containers have them, all is written at once.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

function say(words: string): void {
  process.stderr.write(`forkcast: ${words}\n`)
}

function exitCodeOf({ outcome, exitCode }: CloneExit): number {
  return exitCode ?? (outcome === 'failed' ? 1 : terminated)
}

// What fetched this program ends by TERM: it had nothing to end in order. As first process, one ends by no signal that it does not hear.
process.removeAllListeners('SIGTERM')
const told = Promise.withResolvers<void>()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => told.resolve())
void told.promise.then(() => setTimeout(() => process.exit(terminated), longestEndMs).unref())

const settings = readSettings(process.env)
if (!settings.ok) {
  say(`not started by its deployment: ${settings.error}`)
  process.exit(1)
}
const inherit = inheritedEnvironment(process.env)
forgetAwsSettings(process.env)
try {
  const exit = await runContainer(settings.value, {
    inherit,
    startedAtMs,
    onTerm: (tell) => void told.promise.then(tell),
    write: (lines) => void process.stdout.write(lines),
    say,
  })
  say(exit.reason)
  process.exit(exitCodeOf(exit))
} catch (error) {
  say((error as Error).message)
  process.exit(1)
}
