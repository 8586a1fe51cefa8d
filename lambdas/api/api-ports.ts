import type { Commands } from '#contract/commands.ts'
import type { Problem } from '#contract/problem.ts'
import type { Capacity } from '#core/pools/pool.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Ports } from '#operations/ports.ts'
import type { LiveLogs } from '#ports/live-logs.ts'

/** What the API needs of the control plane around it. */
export interface ApiPorts extends Pick<Ports, 'store' | 'objects' | 'definitions' | 'clock'> {
  readonly tenant: string
  readonly version: string
  /** The OpenAPI document, as it is served. */
  readonly openApi: string
  readonly pools: Pick<Ports['pools'], 'describe'>
  /** Absent where logs are objects from their first byte on. */
  readonly liveLogs?: LiveLogs
  /** What is free in the pools; `null` where nobody knows. */
  capacity(): Promise<Capacity | null>
  readonly commands: Commands
  /** Whether an engine works on the run. */
  isAlive(run: RunId): boolean
  readonly links: Links
  /** Waits on behalf of who follows. */
  hold(forS: number): Hold
  /** What a thrown fault says; `undefined` for a bug. */
  explain(error: unknown): Problem | undefined
}

/** What the handlers of one process have in hand. */
export interface ApiContext extends ApiPorts {
  /** Idempotency keys at work. In another process, the conditional write of the run's row lets one request through. */
  readonly atWork: Set<string>
}

/** Where content is put and taken without going through the API, for a while. */
export interface Links {
  put(upload: { readonly sha256: string; readonly bytes: number }): Promise<{
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
  }>
  get(object: { readonly key: string; readonly mediaType: string }): Promise<string>
}

/** A bounded wait for news. */
export interface Hold {
  /** `false` once the time is over, or nothing more will be new here. */
  news(): Promise<boolean>
  release(): void
}
