import { TextDecoder } from 'node:util'
import type { LogChunk } from '#contract/control-plane.ts'
import { clonePrefix, logKey } from '#contract/object-keys.ts'
import { taskOf } from '#core/run/ids.ts'
import type { RunRecord } from '#core/run/run.ts'
import { everyRow } from '#operations/every-row.ts'
import type { Ports } from '#operations/ports.ts'

/** Bytes of a chunk; a character that falls on the border is carried over. */
const chunkBytes = 64 * 1024
const streams = ['stdout', 'stderr'] as const

/** How far each log has been read, and the bytes of a character that was cut. */
export interface LogPosition {
  offset: number
  readonly decoder: TextDecoder
}

/**
 * What logs of a run have gained since the positions given, which it moves on. `task` takes one task with all its
 * instances, or one instance.
 */
export async function* newLogs(
  reads: Pick<Ports, 'store' | 'objects'>,
  run: RunRecord,
  task: string | undefined,
  positions: Map<string, LogPosition>,
): AsyncGenerator<LogChunk> {
  for await (const { value: slot } of everyRow(reads.store, run.id, 'slot')) {
    if (slot.runningAtMs === null) continue
    if (task !== undefined && slot.task !== task && taskOf(slot.task) !== task) continue
    for (const stream of streams) {
      const key = logKey(clonePrefix(slot, slot.fence), stream)
      const position = positions.get(key) ?? { offset: 0, decoder: new TextDecoder() }
      positions.set(key, position)
      for (;;) {
        const bytes = await reads.objects.slice(key, position.offset, chunkBytes)
        if (bytes === undefined || bytes.length === 0) break
        position.offset += bytes.length
        const text = position.decoder.decode(bytes, { stream: true })
        yield { task: slot.task, attempt: slot.attempt, clone: slot.clone, stream, text }
      }
    }
  }
}
