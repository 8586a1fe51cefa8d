import { execFile } from 'node:child_process'
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
  // A module is loaded once a process for each address: one that was changed needs another.
  const { mtimeMs } = await stat(path)
  let exported: { readonly default?: unknown; readonly workflow?: unknown }
  try {
    exported = (await import(`${pathToFileURL(path).href}?changed=${mtimeMs}`)) as typeof exported
  } catch (error) {
    return err([await failureOf(error, path)])
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

async function failureOf(error: unknown, path: string): Promise<Diagnostic> {
  if (!(error instanceof Error)) {
    return { code: 'WF-MODULE', message: `the module throws ${String(error)}`, path: '', fix: 'correct the module' }
  }
  if ('code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    const fix = 'use Node 22.18 or later, or write the workflow as .mjs, YAML or JSON'
    return { code: 'WF-MODULE', message: `Node ${process.versions.node} does not run TypeScript`, path: '', fix }
  }
  const [summary = ''] = error.message.split('\n')
  const position =
    placeIn(error.stack ?? '', path) ?? (error instanceof SyntaxError ? await placeAsPrinted(path) : undefined)
  return {
    code: 'WF-MODULE',
    message: `the module fails: ${error.name}: ${summary}`,
    path: '',
    ...(position === undefined ? {} : { position }),
    fix: isTakenForCommonJs(summary)
      ? 'name the file .mts or .mjs, or write "type": "module" into package.json'
      : 'correct the module',
  }
}

/** A `package.json` as `npm init` writes it says that files are CommonJS, and Node says no more than this. */
function isTakenForCommonJs(summary: string): boolean {
  return /^Cannot use import statement outside a module|^Unexpected token 'export'/.test(summary)
}

/** The first line of a stack that is in the module: `…/flow.ts?changed=1:2:3`. */
function placeIn(stack: string, path: string): Position | undefined {
  for (const name of [pathToFileURL(path).href, path]) {
    const start = stack.indexOf(name)
    const place = start === -1 ? null : /^[^:\s]*:(\d+)(?::(\d+))?/.exec(stack.slice(start + name.length))
    if (place !== null) return { line: Number(place[1]), column: Number(place[2] ?? 1), length: 1 }
  }
  return undefined
}

/**
 * Where a module that cannot be parsed is wrong. Node tells it only when it prints the error, so the module is given to
 * another process: nothing of it runs, since it does not parse.
 */
function placeAsPrinted(path: string): Promise<Position | undefined> {
  return new Promise((found) => {
    execFile(process.execPath, [path], { timeout: 10_000 }, (_, __, printed) => {
      const position = placeIn(printed, path)
      const caret = /^( *)\^/m.exec(printed)
      found(position === undefined || caret === null ? position : { ...position, column: (caret[1] ?? '').length + 1 })
    })
  })
}
