import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { LocalPools } from '#core/pools/emulation.ts'
import type { Room } from '#core/pools/pool.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Diagnostic } from '#core/workflow/diagnostic.ts'
import type { SourceText } from '#core/workflow/document/source-text.ts'
import { readYaml } from '#core/workflow/document/yaml-document.ts'
import { Findings } from '#core/workflow/findings.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import { withoutExtensions } from '#core/workflow/schema/schema-walk.ts'
import { defaultLocalPools } from '#local/default-local-pools.ts'
import { describeIssues } from '#local/pools-file/describe-issues.ts'
import { resolvePools } from '#local/pools-file/resolve-pools.ts'
import { type CheckedPoolsFile, poolsFileSchema } from '#local/pools-file/schema.ts'
import { readTraceFile } from '#local/pools-file/trace-file.ts'

/** A file that could not be used: its text, and all that is wrong with it. */
export interface PoolsFileErrors {
  readonly source: SourceText
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads a pools file; `machine` is what it may draw on where it does not say. A file that is not there stands for the
 * defaults unless it is `required`. Traces are read from paths relative to the file. All errors come at once.
 */
export async function readPoolsFile(
  path: string,
  options: { readonly machine: Room; readonly required?: boolean },
): Promise<Result<LocalPools, PoolsFileErrors>> {
  const { machine, required = false } = options
  const refuse = (code: Diagnostic['code'], message: string, fix: string) =>
    err({ source: { name: path, text: '' }, diagnostics: [{ code, message, path: '', fix }] })
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (absent && !required) return ok(defaultLocalPools(machine))
    return refuse(
      'WF-READ',
      absent ? 'there is no such file' : 'the file could not be read',
      'name a file that can be read',
    )
  }
  if (bytes.byteLength > LIMITS.yamlBytes.value) {
    return refuse(
      'WF-LIMIT',
      beyondLimit('the file is too long', bytes.byteLength, 'yamlBytes'),
      'keep traces in files of their own',
    )
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refuse('WF-ENCODING', 'the file is not UTF-8 text', 'save it as UTF-8')
  }
  return parsePools({ name: path, text }, machine)
}

async function parsePools(source: SourceText, machine: Room): Promise<Result<LocalPools, PoolsFileErrors>> {
  const document = readYaml(source.text)
  if (!document.ok) return err({ source, diagnostics: document.error })
  const findings = new Findings()
  const value = withoutExtensions(poolsFileSchema, document.value.value)
  const checked = poolsFileSchema.safeParse(value)
  if (!checked.success) {
    describeIssues(checked.error.issues, value, findings)
    return err({ source, diagnostics: findings.placedIn(document.value, source.text) })
  }
  const files = await readTraces(checked.data, dirname(source.name))
  const pools = resolvePools(checked.data, machine, files, findings)
  if (!findings.isEmpty) return err({ source, diagnostics: findings.placedIn(document.value, source.text) })
  return ok(pools)
}

async function readTraces(file: CheckedPoolsFile, folder: string) {
  const names = new Set(
    Object.values(file.pools ?? {}).flatMap(({ reclaim }) =>
      reclaim?.trace !== undefined && 'file' in reclaim.trace ? [reclaim.trace.file] : [],
    ),
  )
  const read = [...names].map(async (name) => [name, await readTraceFile(resolve(folder, name))] as const)
  return new Map(await Promise.all(read))
}
