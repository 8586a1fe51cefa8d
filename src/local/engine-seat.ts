import type { Commands } from '#contract/commands.ts'
import { engineCommands } from '#local/engine-commands.ts'
import type { Engine } from '#local/engine.ts'
import type { Seat } from '#local/seat.ts'

export interface EngineSeatOptions {
  readonly engine: Engine
  readonly storeFile: string
  /** Told of all runs that the engine works on, when one is added. */
  readonly onLive?: (runs: readonly string[]) => void
  readonly onClose: Seat['close']
}

/** The seat of the process that is the engine, and the commands that it carries out for others. */
export interface EngineSeat extends Seat {
  readonly commands: Commands
  readonly forGuests: Commands
}

/** Reads rows of the engine's own store, and acts through it. */
export function engineSeat({ engine, storeFile, onLive, onClose }: EngineSeatOptions): EngineSeat {
  const live = new Set<string>()
  const guests = new Set<string>()
  const commands = engineCommands({
    engine,
    storeFile,
    onLive(run) {
      live.add(run)
      onLive?.([...live])
    },
  })
  const asGuest = async (answer: ReturnType<Commands['resume']>): ReturnType<Commands['resume']> => {
    const answered = await answer
    if (answered.ok) guests.add(answered.value.runId)
    return answered
  }
  return {
    role: 'engine',
    reads: engine.ports,
    commands,
    forGuests: {
      submit: (request) => asGuest(commands.submit(request)),
      cancel: (run, reason) => commands.cancel(run, reason),
      resume: (run) => asGuest(commands.resume(run)),
      retry: (run, options) => asGuest(commands.retry(run, options)),
    },
    lives: () => true,
    live: () => [...live],
    guests: () => [...guests],
    news: () => engine.signal.next(),
    capacity: () => engine.ports.pools.capacity(),
    close: onClose,
  }
}
