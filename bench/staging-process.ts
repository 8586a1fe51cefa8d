/**
 * Stages as an agent does, alone in its process: `staging-process.ts in|out FOLDER KIND COUNT [S3-URL]`. Files are
 * `FOLDER/KIND/<n>`; objects are in `FOLDER/state` without an S3. In goes to `FOLDER/in`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createS3Client } from '#adapters/aws/aws-clients.ts'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import { FileObjects } from '#adapters/local/file-objects.ts'
import { directoryFiles } from '#agent/output-directory.ts'
import { stageOut } from '#agent/stage-out.ts'
import { stageVariables } from '#agent/stage-variables.ts'
import type { StagedOutput } from '#core/run/manifest.ts'

const [what = '', folder = '', kind = '', form = '', url = ''] = process.argv.slice(2)
const list = join(folder, `${kind}.${form}.json`)
const objects = url === '' ? new FileObjects(join(folder, 'state')) : new S3Objects({ client: s3(), bucket: 'bucket' })
const { signal } = new AbortController()

if (what === 'out') {
  const files = directoryFiles(folder, join(folder, kind))
  if (!files.ok) throw new Error(files.error)
  const compact = form === 'compact' ? [kind] : []
  const output = { name: kind, path: kind, type: 'directory' as const, files: files.value }
  const target = { objects, prefix: `runs/${form}`, folder, signal, compact }
  const { manifest } = await stageOut([output], {}, target)
  writeFileSync(list, JSON.stringify(manifest[kind]))
} else {
  const output = JSON.parse(readFileSync(list, 'utf8')) as StagedOutput
  const variable = { name: 'INPUT', value: { kind: 'output' as const, name: kind, output } }
  const staged = await stageVariables([variable], join(folder, 'in'), { objects, signal })
  if (!staged.ok) throw new Error(staged.error.why)
}
// A client that keeps its connections would keep the process.
process.exit(0)

function s3() {
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
  return createS3Client({ endpoint: url, region: 'us-east-1', credentials, forcePathStyle: true })
}
