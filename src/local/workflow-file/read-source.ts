import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { err, type Result } from '#core/result.ts'
import type { Diagnostic } from '#core/workflow/diagnostic.ts'
import { decodeText } from '#core/workflow/document/decode-text.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'

/** A text that could not be read, and whether that is because there is none. */
export interface Unreadable {
  readonly diagnostics: readonly Diagnostic[]
  readonly missing: boolean
}

/**
 * The text of a workflow file, or of a stream for `-`. No more is read than a workflow may have, so endless files end,
 * too. The size of a file is looked at before it is opened.
 */
export async function readSource(file: string, stdin: Readable): Promise<Result<string, Unreadable>> {
  const limit = /\.ya?ml$/i.test(file) ? 'yamlBytes' : 'jsonBytes'
  const tooLong = (bytes: number, atLeast: string) =>
    invalid({
      code: 'WF-LIMIT',
      message: beyondLimit(`the file is too long${atLeast}`, bytes, limit),
      path: '',
      fix:
        limit === 'yamlBytes'
          ? `write the workflow as JSON, which may have ${LIMITS.jsonBytes.value} bytes`
          : 'repeat tasks with `forEach`, or keep data in files',
    })
  try {
    if (file !== '-') {
      const stats = await stat(file)
      if (stats.isDirectory()) {
        const fix = 'name the workflow file in it'
        return invalid({ code: 'WF-READ', message: 'this is a folder', path: '', fix })
      }
      if (stats.size > LIMITS[limit].value) return tooLong(stats.size, '')
    }
    const chunks: Buffer[] = []
    let bytes = 0
    const stream = file === '-' ? stdin : createReadStream(file, { highWaterMark: 1024 ** 2 })
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength
      if (bytes > LIMITS[limit].value) return tooLong(bytes, ' (and not read to its end)')
      chunks.push(chunk)
    }
    const text = decodeText(Buffer.concat(chunks))
    return text.ok ? text : err({ diagnostics: text.error, missing: false })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const missing = code === 'ENOENT' || code === 'ENOTDIR'
    return err({
      missing,
      diagnostics: [
        {
          code: 'WF-READ',
          message: missing ? 'there is no such file' : `the file can't be read: ${message}`,
          path: '',
          fix: missing ? 'check the path, or make a workflow with `forkcast init`' : 'check its permissions',
        },
      ],
    })
  }
}

function invalid(diagnostic: Diagnostic): Result<never, Unreadable> {
  return err({ diagnostics: [diagnostic], missing: false })
}
