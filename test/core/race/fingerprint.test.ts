import { describe, expect, it } from 'vitest'
import { fingerprint } from '#core/race/fingerprint.ts'
import type { Manifest, StagedOutput } from '#core/run/manifest.ts'

const staged = (clone: number, sha256: string) => ({ object: `runs/r/t/1/${clone}/out/x`, sha256, bytes: clone })
const json = (clone: number, sha256: string, canonical?: string): StagedOutput => {
  return { type: 'json', ...staged(clone, sha256), ...(canonical === undefined ? {} : { canonical }) }
}
const directory = (clone: number, files: Readonly<Record<string, string>>): StagedOutput => ({
  type: 'directory',
  folder: `runs/r/t/1/${clone}/out/x`,
  bytes: clone,
  files: Object.entries(files).map(([path, sha256]) => ({ path, ...staged(clone, sha256) })),
})

describe('results', () => {
  it.each<[string, Manifest, Manifest]>([
    ['have no outputs', {}, {}],
    ['have the same bytes', { a: { type: 'file', ...staged(0, 'f') } }, { a: { type: 'file', ...staged(1, 'f') } }],
    ['are the same JSON, written otherwise', { a: json(0, 'f', 'c') }, { a: json(1, 'e', 'c') }],
    ['have the same JSON text', { a: json(0, 'f') }, { a: json(1, 'f') }],
    ['hold the same files', { a: directory(0, { x: 'f', y: 'e' }) }, { a: directory(1, { x: 'f', y: 'e' }) }],
    ['are listed in another order', { a: json(0, 'f'), b: json(0, 'e') }, { b: json(1, 'e'), a: json(1, 'f') }],
  ])('are equal when they %s', (_, one, other) => {
    expect(fingerprint(one)).toBe(fingerprint(other))
  })

  it.each<[string, Manifest, Manifest]>([
    ['one has an output more', { a: json(0, 'f') }, { a: json(1, 'f'), b: json(1, 'f') }],
    ['an output has another name', { a: json(0, 'f') }, { b: json(1, 'f') }],
    ['bytes differ', { a: { type: 'text', ...staged(0, 'f') } }, { a: { type: 'text', ...staged(1, 'e') } }],
    ['JSON differs', { a: json(0, 'f', 'c') }, { a: json(1, 'f', 'd') }],
    ['a file has another name', { a: directory(0, { x: 'f' }) }, { a: directory(1, { y: 'f' }) }],
    ['a file differs', { a: directory(0, { x: 'f' }) }, { a: directory(1, { x: 'e' }) }],
    ['a file is missing', { a: directory(0, { x: 'f', y: 'e' }) }, { a: directory(1, { x: 'f' }) }],
  ])('are not when %s', (_, one, other) => {
    expect(fingerprint(one)).not.toBe(fingerprint(other))
  })
})
