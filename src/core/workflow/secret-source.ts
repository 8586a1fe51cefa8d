import { LIMITS } from '#core/workflow/limits.ts'
import type { SecretRef } from '#core/workflow/workflow.ts'

interface SecretSource {
  readonly pattern: RegExp
  /** What follows `env:`, `file:`, … */
  readonly expected: string
}

/** Where a secret may come from, and how its name is written there. */
export const SECRET_SOURCES: Readonly<Record<SecretRef['source'], SecretSource>> = {
  env: { pattern: /^[A-Za-z_][A-Za-z0-9_]{0,127}$/, expected: 'the name of an environment variable' },
  file: {
    pattern: new RegExp(`^[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]{1,${LIMITS.pathLength.value}}(?<!/)$`, 'u'),
    expected: 'the path of a file',
  },
  ssm: {
    pattern: /^(?:arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter\/)?[A-Za-z0-9_./-]{1,1011}$/,
    expected: 'the name of a parameter, or its ARN',
  },
  secretsmanager: {
    pattern:
      /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]{1,519}(?::[A-Za-z0-9/_+=.@-]*){0,3}$/,
    expected: 'the ARN of a secret',
  },
}

/**
 * Reads `env:NAME`, `file:PATH`, `ssm:NAME` or `secretsmanager:ARN`. Nothing for another text: it may be the secret
 * itself, so nobody repeats it. `name` is `undefined` when it is none that the source has.
 */
export function secretSource(
  from: string,
): { readonly source: SecretRef['source']; readonly name: string | undefined } | undefined {
  const colon = from.indexOf(':')
  const source = Object.keys(SECRET_SOURCES).find((known) => known === from.slice(0, colon)) as
    | SecretRef['source']
    | undefined
  if (source === undefined) return undefined
  const name = from.slice(colon + 1)
  return { source, name: SECRET_SOURCES[source].pattern.test(name) ? name : undefined }
}
