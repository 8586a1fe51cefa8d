import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/**
 * The image that Node comes from, with its loader and libc: from a registry that asks nobody who they are, for both architectures. A
 * deployment may name another one of Debian, best by digest.
 */
export const runtimeImage = 'public.ecr.aws/docker/library/node:24.21.0-bookworm-slim'

/** What EC2 takes. */
const mostBytes = 16 * 1024

/**
 * What a host does at its start, as the MIME document that AWS Batch merges with its own: settings of the ECS agent, and the runtime
 * of the agent in `/opt/forkcast`.
 */
export function hostUserData(image: string = runtimeImage): string {
  const bring = [
    '#!/bin/bash',
    `export RUNTIME_IMAGE=${quoted(image)}`,
    `export START_MJS=${quoted(text('start.mjs'))}`,
    `COPY_RUNTIME=${quoted(text('copy-runtime.sh'))}`,
    text('bring-runtime.sh'),
  ].join('\n')
  const document = mime([text('ecs-settings.sh'), bring])
  if (Buffer.byteLength(document) > mostBytes) throw new Error(`user data has more than ${mostBytes} bytes`)
  return document
}

/** The container that brings the runtime to a task of Fargate, which has no host of its own: into a volume of the task. */
export function initContainer(image: string = runtimeImage): {
  readonly image: string
  readonly command: readonly string[]
} {
  const script = `START_MJS=${quoted(bare(text('start.mjs'), '//'))}\n${bare(text('copy-runtime.sh'), '#')}`
  // All of a pool is one parameter of 4 KiB, where a script takes most when it is plain.
  const packed = gzipSync(script, { level: 9 }).toString('base64')
  return { image, command: ['sh', '-c', `eval "$(echo ${packed}|base64 -d|gunzip)"`, 'copy-runtime', '/opt/forkcast'] }
}

const boundary = '==forkcast=='

function mime(scripts: readonly string[]): string {
  const parts = scripts.map((script) =>
    [`--${boundary}`, 'Content-Type: text/x-shellscript; charset="us-ascii"', 'MIME-Version: 1.0', '', script].join(
      '\n',
    ),
  )
  const head = [`Content-Type: multipart/mixed; boundary="${boundary}"`, 'MIME-Version: 1.0', '']
  return [...head, ...parts, `--${boundary}--`, ''].join('\n')
}

/** A file beside this one, in ASCII, as mail takes it. */
function text(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8')
    .trimEnd()
    .replaceAll('…', '...')
}

/** Without comments and indentation. */
function bare(script: string, comment: string): string {
  const lines = script.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '' && !line.startsWith(comment)).join('\n')
}

/** One word of a shell, whatever is in it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
