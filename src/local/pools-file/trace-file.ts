import { readFile } from 'node:fs/promises'
import { err, ok, type Result } from '#core/result.ts'
import { isObject } from '#core/workflow/document/document.ts'

/** A trace as a file holds it. */
export interface TraceFile {
  readonly available: readonly number[]
  /** Seconds of a tick; absent: the file does not say. */
  readonly tickS?: number
}

/**
 * Reads a trace in the JSON of SkyPilot's spot traces: `{ "metadata": { "gap_seconds": 600 }, "data": [1, 1, 0, …] }`.
 * The error is a sentence about the file.
 */
export async function readTraceFile(path: string): Promise<Result<TraceFile, string>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return err('cannot be read')
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    return err('is not JSON')
  }
  if (!isObject(content)) return err('is not a JSON object')
  const { data, metadata } = content
  if (!Array.isArray(data) || !data.every((tick) => typeof tick === 'number')) {
    return err('has no `data`, a list of 0 and 1')
  }
  const tickS = isObject(metadata) ? metadata['gap_seconds'] : undefined
  return ok({ available: data, ...(typeof tickS === 'number' ? { tickS } : {}) })
}
