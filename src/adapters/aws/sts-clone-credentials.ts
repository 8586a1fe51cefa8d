import { AssumeRoleCommand, PackedPolicyTooLargeException, type STSClient } from '@aws-sdk/client-sts'
import { cloneSessionPolicies } from '#adapters/aws/clone-session-policy.ts'
import type { ShortCredentials } from '#contract/clone-api.ts'
import type { CodeManifest } from '#contract/code-manifest.ts'
import { blobKey } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { err, ok, type Result } from '#core/result.ts'
import { slotKey, type SlotRef } from '#core/run/ids.ts'
import type { CloneCredentials, CloneScope } from '#ports/clone-credentials.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** The role whose sessions clones get. */
export interface StsCloneCredentialsOptions {
  readonly client: Pick<STSClient, 'send'>
  /** ARN of a role that may do with the bucket what any clone does; who asks may assume it. */
  readonly role: string
  readonly bucket: string
  /** Of the deployment: parameters that are named without one are there. */
  readonly region: () => Promise<string>
  /** Holds code manifests, by which the files of a clone's code are known. */
  readonly objects: Pick<ObjectStore, 'read'>
}

/** The longest session of a role that was assumed by a role: functions have theirs by one. */
const sessionS = 3600

const longestName = 64
const hashLength = 8

/**
 * Credentials by STS: an hour in a role that all clones share, narrowed by a session policy to what one of them reads, its secrets and its own prefix.
 * When STS says that the policy packs too large, the next wider one is tried. They outlive the clone, by an hour at most, and do no harm
 * then: what is there stays as it is. Sessions are named for their clone, so that trails of the account tell who read what.
 */
export class StsCloneCredentials implements CloneCredentials {
  readonly #options: StsCloneCredentialsOptions

  constructor(options: StsCloneCredentialsOptions) {
    this.#options = options
  }

  async issue(scope: CloneScope): Promise<Result<ShortCredentials, string>> {
    const { role, bucket } = this.#options
    const [, partition = '', , , account = ''] = role.split(':')
    const place = { bucket, partition, account, region: await this.#options.region() }
    const manifest = scope.code === null ? undefined : await this.#manifest(scope.code)
    for (const { document } of cloneSessionPolicies(scope, manifest, place)) {
      const issued = await this.#session(scope.slot, document)
      if (issued !== undefined) return ok(issued)
    }
    return err(
      Object.keys(scope.secrets).length === 0
        ? 'its inputs are of more runs than a session policy can name: run it without reused results'
        : 'its secrets and inputs are more than a session policy can name: have fewer secrets, with shorter names, or several in one JSON secret',
    )
  }

  /** `undefined`: the policy packs too large. */
  async #session(slot: SlotRef, document: string): Promise<ShortCredentials | undefined> {
    const { client, role } = this.#options
    const asked = {
      RoleArn: role,
      RoleSessionName: cloneSessionName(slot),
      Policy: document,
      DurationSeconds: sessionS,
    }
    try {
      const { Credentials } = await client.send(new AssumeRoleCommand(asked))
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {}
      if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) throw new Error('STS gave no credentials')
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
        expiresAtMs: Expiration.getTime(),
      }
    } catch (error) {
      if (error instanceof PackedPolicyTooLargeException) return undefined
      throw error
    }
  }

  /** One that is gone or was changed names no files: whoever unpacks the code says so. */
  async #manifest(hash: string): Promise<CodeManifest | undefined> {
    const bytes = await this.#options.objects.read(blobKey(hash))
    if (bytes === undefined || sha256(bytes) !== hash) return undefined
    return JSON.parse(new TextDecoder().decode(bytes)) as CodeManifest
  }
}

/** A slot as the name of a session, which has letters, digits and few signs: what can be read of it, and a hash where that is not all. */
export function cloneSessionName(slot: SlotRef): string {
  const whole = `${slot.run}/${slotKey(slot)}`
  const readable = whole.replaceAll('/', '.').replaceAll('[', '=').replaceAll(']', '')
  if (readable.length <= longestName) return readable
  return `${readable.slice(0, longestName - hashLength - 1)}-${sha256(whole).slice(0, hashLength)}`
}
