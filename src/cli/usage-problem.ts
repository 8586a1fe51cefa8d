import type { CommanderError } from 'commander'
import type { Problem } from '#contract/problem.ts'

/** A command line that was not understood, as a problem: what is wrong with it, and where to look. */
export function usageProblem(error: CommanderError, verb: string, command: string): Problem {
  const suggestion = /\(Did you mean (.*)\?\)/s.exec(error.message)?.[1]
  const message = error.message.replace(/^error: /, '').replace(/\s*\(Did you mean .*\?\)/s, '')
  const help = [command, ...(verb === '' ? [] : [verb]), '--help'].join(' ')
  return {
    code: 'USAGE',
    message,
    fix: suggestion === undefined ? `see ${help}` : `did you mean ${suggestion.replace(/^one of /, '')}? see ${help}`,
    exitCode: 2,
  }
}
