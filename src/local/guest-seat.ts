import { engineLives, readEngineNote, type EngineAddress } from '#adapters/local/engine-lock.ts'
import type { Commands } from '#contract/commands.ts'
import { commandClient } from '#local/command-client.ts'
import { readerSeat, type ReaderSeatOptions } from '#local/reader-seat.ts'
import type { Seat } from '#local/seat.ts'

/** The seat of a process beside an engine that takes its commands. */
export function guestSeat(
  options: ReaderSeatOptions & { readonly address: EngineAddress },
): Seat & { readonly commands: Commands } {
  const { dir, address } = options
  const reader = readerSeat(options)
  return {
    ...reader,
    role: 'guest',
    commands: commandClient({ address, objects: reader.reads.objects }),
    // Another engine has another token.
    lives: () => readEngineNote(dir).address?.token === address.token && engineLives(dir),
  }
}
