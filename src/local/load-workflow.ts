import { realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Upload } from '#contract/control-plane.ts'
import type { InvalidWorkflow, LoadedWorkflow } from '#contract/loaded-workflow.ts'
import { canonicalHash } from '#core/hash.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Path } from '#core/workflow/document/document.ts'
import { Findings } from '#core/workflow/findings.ts'
import { pinContent } from '#core/workflow/pin-content.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { renderDiagnostics } from '#core/workflow/render-diagnostics.ts'
import { packCode, type PackedCode, type PackProblem } from '#local/pack-code.ts'
import { collectFiles } from '#local/workflow-file/collect-files.ts'
import { isInside } from '#local/workflow-file/is-inside.ts'
import { parseFile, type FileErrors, type ParsedFile } from '#local/workflow-file/parse-file.ts'

/** Reads a workflow file (`-`: standard input), checks it, packs its code and collects its files. */
export async function loadWorkflow(
  file: string,
  stdin: Readable = process.stdin,
): Promise<Result<LoadedWorkflow, InvalidWorkflow>> {
  const parsed = await parseFile(file, stdin)
  if (!parsed.ok) return invalid(parsed.error)
  const findings = new Findings()
  const { workflow, source } = parsed.value
  const files = await collectFiles(workflow, parsed.value.baseDir, findings)
  const code = await packFolders(parsed.value, findings)
  if (!findings.isEmpty) {
    return invalid({ diagnostics: findings.placedIn(parsed.value, source.text), source, missing: false })
  }
  const pinned = pinContent(workflow, { code: new Map([...code].map(([path, { sha256 }]) => [path, sha256])), files })
  const uploads = new Map<string, Upload>()
  for (const { path, sha256 } of files.values()) uploads.set(sha256, { sha256, from: { file: path } })
  for (const packed of code.values()) {
    for (const { sha256, from } of packed.files) uploads.set(sha256, { sha256, from: { file: from } })
    uploads.set(packed.sha256, { sha256: packed.sha256, from: { bytes: packed.manifest } })
  }
  return ok({ workflow: pinned, hash: canonicalHash(pinned), uploads: [...uploads.values()] })
}

/** Each folder that a task works in, packed once, by its path in the workflow. */
async function packFolders(parsed: ParsedFile, findings: Findings): Promise<ReadonlyMap<string, PackedCode>> {
  const { workflow, baseDir } = parsed
  const placeOf = new Map<string, Path>()
  for (const { id, code } of workflow.tasks) {
    if (code.kind !== 'folder' || placeOf.has(code.path)) continue
    const isInherited = workflow.code.kind === 'folder' && workflow.code.path === code.path
    placeOf.set(code.path, isInherited ? ['code'] : ['tasks', id, 'code'])
  }
  const packed = new Map<string, PackedCode>()
  for (const [path, place] of placeOf) {
    const code = await packFolder(baseDir, path)
    if (code.ok) packed.set(path, code.value)
    else for (const problem of code.error) findings.add({ code: 'WF-FILE', ...problem, path: place, at: 'value' })
  }
  return packed
}

async function packFolder(baseDir: string, path: string): Promise<Result<PackedCode, readonly PackProblem[]>> {
  const folder = await realFolder(join(baseDir, path))
  const fix = 'name a folder below the workflow file, or `none`'
  if (folder === undefined) return err([{ message: `there is no folder ${quoted(path)}`, fix }])
  if (!isInside(await realpath(baseDir), folder)) {
    return err([{ message: `${quoted(path)} is a link out of the folder of the workflow`, fix }])
  }
  return packCode(folder)
}

async function realFolder(path: string): Promise<string | undefined> {
  try {
    const real = await realpath(path)
    return (await stat(real)).isDirectory() ? real : undefined
  } catch {
    return undefined
  }
}

function invalid({ diagnostics, source, missing }: FileErrors): Result<never, InvalidWorkflow> {
  return err({ diagnostics, rendered: renderDiagnostics(diagnostics, source), exitCode: missing ? 3 : 2 })
}
