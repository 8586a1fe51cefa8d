import type { Shell } from '#cli/shell.ts'
import { line, span, type Line, type Tone } from '#cli/terminal/line.ts'
import type { Look } from '#cli/terminal/look.ts'
import type { AccountCheck } from '#contract/account-check.ts'

const tones = { good: 'good', short: 'wait', bad: 'bad' } as const satisfies Record<AccountCheck['state'], Tone>

/** Checks below each other, each with its remedy. */
export function accountLines(checks: readonly AccountCheck[], { symbols }: Look): readonly Line[] {
  const signs = { good: symbols.good, short: symbols.waiting, bad: symbols.bad }
  const width = Math.max(0, ...checks.map(({ name }) => name.length))
  return checks.flatMap(({ name, state, found, fix, command }): readonly Line[] => [
    [span(`${signs[state]} `, tones[state]), span(name.padEnd(width)), span(`  ${found}`, 'dim')],
    ...(state === 'good' ? [] : [line(`  ${symbols.to} ${fix}`)]),
    ...(state === 'good' || command === undefined ? [] : [line(`    ${command}`)]),
  ])
}

/** Those that matter to what is chosen: GPUs only where some are asked for, quotas of pools only where pools are made. */
export function mattering(
  checks: readonly AccountCheck[],
  overrides: Readonly<Record<string, string>>,
): readonly AccountCheck[] {
  const hasPools = !('externalPools' in overrides)
  const hasGpus = hasPools && overrides['gpu'] === 'true'
  return checks.filter(({ about }) => (about === 'pools' ? hasPools : about === 'gpus' ? hasGpus : true))
}

/** Says why nothing can be deployed to an account. */
export function unfit(shell: Shell, bad: readonly AccountCheck[]): number {
  return shell.problems(
    bad.map(({ name, found, fix }) => ({ code: 'ACCOUNT-UNFIT', message: `${name}: ${found}`, fix, exitCode: 4 })),
  )
}
