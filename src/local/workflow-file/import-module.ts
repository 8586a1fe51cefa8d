import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { err, ok, type Result } from '#core/result.ts'
import type { Diagnostic, Position } from '#core/workflow/diagnostic.ts'

/**
 * What a module exports as its workflow: `workflow`, or `default`. The module runs in this process, as its author's
 * program does. What it throws becomes a diagnostic with the line in the module, without a stack.
 */
export async function importModule(file: string): Promise<Result<unknown, readonly Diagnostic[]>> {
  const path = resolve(file)
  const url = pathToFileURL(path).href
  // A module is loaded once a process for each address: one that was changed needs another.
  const { mtimeMs } = await stat(path)
  let exported: { readonly default?: unknown; readonly workflow?: unknown }
  try {
    exported = (await import(`${url}?changed=${mtimeMs}`)) as typeof exported
  } catch (error) {
    return err([failure(error, url)])
  }
  const workflow = exported.workflow ?? exported.default
  if (workflow !== undefined) return ok(workflow)
  return err([
    {
      code: 'WF-MODULE',
      message: 'the module exports no workflow',
      path: '',
      fix: 'write `export default workflow({ … })`',
    },
  ])
}

function failure(error: unknown, url: string): Diagnostic {
  const { name, message, stack, code } =
    error instanceof Error
      ? { name: error.name, message: error.message, stack: error.stack ?? '', code: codeOf(error) }
      : { name: 'value', message: String(error), stack: '', code: undefined }
  const [summary = ''] = message.split('\n')
  const position = placeIn(stack, url)
  const isTooOld = code === 'ERR_UNKNOWN_FILE_EXTENSION'
  return {
    code: 'WF-MODULE',
    message: isTooOld
      ? `Node ${process.versions.node} does not run TypeScript`
      : `the module fails: ${name}: ${summary}`,
    path: '',
    ...(position === undefined ? {} : { position }),
    fix: isTooOld ? 'use Node 22.18 or later, or write the workflow as .mjs, YAML or JSON' : 'correct the module',
  }
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** The first line of a stack that is in the module. */
function placeIn(stack: string, url: string): Position | undefined {
  const start = stack.indexOf(url)
  if (start === -1) return undefined
  const place = /^[^:\s]*:(\d+)(?::(\d+))?/.exec(stack.slice(start + url.length))
  return place === null ? undefined : { line: Number(place[1]), column: Number(place[2] ?? 1), length: 1 }
}
