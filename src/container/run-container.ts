import { randomUUID } from 'node:crypto'
import { existsSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { accountSecrets } from '#adapters/aws/account-secrets.ts'
import { createS3Client } from '#adapters/aws/aws-clients.ts'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import { createSystemClock } from '#adapters/local/system-clock.ts'
import { askAgain } from '#agent/ask-again.ts'
import type { AgentClock, CloneExit } from '#agent/clone-job.ts'
import { ContentCache } from '#agent/content-cache.ts'
import { HttpCloneApi } from '#agent/http-clone-api.ts'
import { leasedCredentials } from '#agent/leased-credentials.ts'
import { removalsDone } from '#agent/removals.ts'
import { removeTree } from '#agent/remove-tree.ts'
import { runClone } from '#agent/run-clone.ts'
import { containerPaths } from '#contract/container-environment.ts'
import { cgroupMeter } from './cgroup-meter.ts'
import { containerEnd } from './container-end.ts'
import { containerLogs } from './container-logs.ts'
import { removeOldAgents } from './old-agents.ts'
import { makeScratchFolder } from './scratch-folder.ts'
import type { ContainerSettings } from './settings.ts'
import { soleTenant } from './sole-tenant.ts'
import { watchSpotNotice } from './spot-notice.ts'

/** What a container's process hands to its clone. */
export interface ContainerProcess {
  /** What the command finds in its environment. */
  readonly inherit: Readonly<Record<string, string>>
  /** When the container started, in ms since 1970. */
  readonly startedAtMs: number
  /** Calls back when the platform tells the container to end. */
  readonly onTerm: (tell: () => void) => void
  /** Takes lines of the clone's logs, for whoever collects what a container says. */
  readonly write: (lines: string) => void
  readonly say: (words: string) => void
}

/** Of the runtime: an image may have none. */
const { runtime } = containerPaths
const ownMkfifo = [`${runtime}/ld.so`, '--library-path', `${runtime}/lib`, `${runtime}/mkfifo`] as const

/** Seconds for which a secret is asked for that nobody answers: many clones that start at once are throttled. */
const secretsForS = 120

const refusedFix =
  'the role of clones has to be allowed to read it (see `forkcast:secrets`), and its KMS key, if that is none of AWS’s own'

/** Time that folders of the clone have to go: a stopped container may lie about for long. */
const removalMs = 3_000

/** Runs the one clone of a container. Rejects when its control plane was not to be reached. */
export async function runContainer(settings: ContainerSettings, around: ContainerProcess): Promise<CloneExit> {
  const { slot, job, token, cloneApi, bucket, region, objectsUrl, isOnSpotHost } = settings
  const { say, write, inherit, startedAtMs, onTerm } = around
  // Nobody else is here yet.
  const endStrays = soleTenant()
  const meter = cgroupMeter()
  const clock = createSystemClock()
  const ending = containerEnd({
    clock,
    startedAtMs,
    onTerm,
    onNotice: (tell) => (isOnSpotHost ? watchSpotNotice({ clock, onNotice: tell }) : () => undefined),
  })
  const asking = { clock, random: Math.random, signal: ending.signal }
  const { api, credentials } = leasedCredentials(new HttpCloneApi({ url: cloneApi, token }), asking)
  const elsewhere = objectsUrl === undefined ? {} : { endpoint: objectsUrl, forcePathStyle: true }
  const client = createS3Client({ region, credentials, ...elsewhere })
  const objects = new S3Objects({ client, bucket })
  // An emulated account has all of its services in one place.
  const readSecret = accountSecrets({ region: async () => region, credentials, refusedFix, endpoint: objectsUrl })
  const folder = makeScratchFolder(inherit)
  const contentCache = hostCache(clock)
  removeOldAgents(join(containerPaths.cache, 'agent'))
  const logs = containerLogs({ folder: join(folder, 'logs'), objects, write, say })
  // Alarms alone do not keep a process up.
  const alive = setInterval(() => undefined, 60_000)
  try {
    logs.show()
    return await runClone(
      {
        api,
        objects,
        workFolder: join(folder, 'work'),
        clock,
        holder: randomUUID,
        random: Math.random,
        secret: (ref, signal) => askAgain(() => readSecret(ref), { ...asking, signal, forS: secretsForS }),
        inherit,
        ...(existsSync(ownMkfifo.at(-1) ?? '') && { mkfifo: ownMkfifo }),
        logFile: ({ fence }, stream) => logs.file(fence, stream),
        keepLogs: (prefix) => logs.keep(prefix),
        ...(contentCache && { contentCache }),
        ...(meter && { meter }),
        ...(endStrays && { endStrays }),
      },
      { slot, job, signal: ending.signal, acceptedAtMs: startedAtMs },
    )
  } finally {
    ending.close()
    logs.close()
    await Promise.race([removalsDone().then(() => removeTree(folder)), wait(removalMs)])
    clearInterval(alive)
    client.destroy()
  }
}

/** Content that the host has had before, where it lends a place for it: as much as a quarter of its disk. */
function hostCache(clock: AgentClock): ContentCache | undefined {
  const { cache } = containerPaths
  try {
    const { blocks, bsize } = statfsSync(cache)
    return new ContentCache({ folder: join(cache, 'content'), mostBytes: (blocks * bsize) / 4, clock })
  } catch {
    return undefined
  }
}
