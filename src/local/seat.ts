import type { Commands } from '#contract/commands.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { Capacity } from '#core/pools/pool.ts'
import type { Ports } from '#operations/ports.ts'

/** What reading needs, with or without an engine. */
export type Reads = Pick<Ports, 'store' | 'objects' | 'definitions' | 'clock'> & {
  readonly pools: Pick<Ports['pools'], 'describe'>
}

/** A process's place at a state directory: it is the engine, or the guest of another process's, or only reads. */
export interface Seat {
  readonly role: ReturnType<ControlPlane['role']>
  readonly reads: Reads
  /** Absent where there is no engine to ask. */
  readonly commands?: Commands
  /** `false` once the engine that it was taken with is gone. */
  lives(): boolean
  /** Runs that a living engine works on. */
  live(): readonly string[]
  /** Runs that other processes gave to the engine of this one. */
  guests(): readonly string[]
  /** Resolves when there may be something new to read. Rejects with the fault that ended the engine. */
  news(): Promise<void>
  /** What is free in the pools; `null` where only the engine knows. */
  capacity(): Promise<Capacity | null>
  close(options: { readonly drainS: number }): Promise<void>
}
