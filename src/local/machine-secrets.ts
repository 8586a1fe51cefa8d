import { isUtf8 } from 'node:buffer'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { AccountSecretsOptions } from '#adapters/aws/account-secrets.ts'
import { accountSecret } from '#contract/account-secret.ts'
import { machineFaultOf } from '#core/failure/machine-fault.ts'
import { err, ok, type Result } from '#core/result.ts'
import { unreachable } from '#core/unreachable.ts'
import type { SecretRef } from '#core/workflow/workflow.ts'

/** Where this machine has its secrets. */
export interface SecretPlaces {
  /** A variable of this process's environment; asked for the names that workflows name, and no other ones. */
  readonly environment: (name: string) => string | undefined
  /** The folder that relative paths of files start from: where Forkcast was started. */
  readonly folder: string
  /** Its user's own way into an account: taken when a workflow names a secret of one. @default none */
  readonly account?: Pick<AccountSecretsOptions, 'credentials' | 'endpoint'>
}

type ReadSecret = (ref: SecretRef) => Promise<Result<string, string>>

/** What a secret of an account may have at most. */
const maxBytes = 64 * 1024

/** Reads a secret anew each time. The error says why it can't be had, and never repeats what was read. */
export function machineSecrets(places: SecretPlaces): ReadSecret {
  return async ({ source, name }) => {
    switch (source) {
      case 'env': {
        const value = places.environment(name)
        return value === undefined ? err('is not set') : ok(value)
      }
      case 'file':
        return readSecret(resolve(places.folder, name))
      case 'ssm':
      case 'secretsmanager':
        if (places.account === undefined) return err('can be read only in an account')
        return (await accountReader(places.account))({ source, name })
      default:
        return unreachable(source)
    }
  }
}

/** What few workflows need is loaded when one does. */
async function accountReader({ credentials, endpoint }: NonNullable<SecretPlaces['account']>): Promise<ReadSecret> {
  try {
    await credentials()
  } catch {
    return async () => err('needs credentials of AWS, and none are found: set AWS_PROFILE, or sign in')
  }
  const { loadConfig, NODE_REGION_CONFIG_OPTIONS } = await import('@smithy/core/config')
  const { accountSecrets } = await import('#adapters/aws/account-secrets.ts')
  const region = loadConfig(NODE_REGION_CONFIG_OPTIONS, { ignoreCache: true })
  const refusedFix = 'the credentials of AWS that are found here may not read it: use others with AWS_PROFILE'
  const read = accountSecrets({ credentials, region, refusedFix, endpoint })
  return async (ref) => {
    const known = accountSecret(ref)?.region ?? (await region().catch(() => undefined))
    return known === undefined ? err('needs a region: set AWS_REGION, or write its ARN') : read(ref)
  }
}

/** The text of a file without the newline at its end. */
function readSecret(path: string): Result<string, string> {
  try {
    const stats = statSync(path)
    // Anything else may never end.
    if (!stats.isFile()) return err('is not a file')
    if (stats.size > maxBytes) return err(`has more than ${maxBytes / 1024} KiB`)
    const bytes = readFileSync(path)
    return isUtf8(bytes) ? ok(bytes.toString().replace(/\r?\n$/, '')) : err('is not UTF-8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const fault = machineFaultOf(code ?? null)
    if (fault !== undefined && fault.name !== 'NOT-WRITABLE') throw error
    return err(code === 'ENOENT' || code === 'ENOTDIR' ? 'is not there' : `can't be read: ${code}`)
  }
}
