import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { containerPaths } from '#contract/container-environment.ts'

/**
 * Makes a folder that is this agent's alone, for its clone's files and logs: where its environment has temporary files, else in the place
 * of containers for it, else in the usual one. @throws the last error, where there is no place at all.
 */
export function makeScratchFolder({ TMPDIR }: Readonly<Record<string, string>>): string {
  const places = [...(TMPDIR === undefined ? [] : [TMPDIR]), containerPaths.scratch, '/tmp']
  let problem: unknown
  for (const place of places) {
    try {
      mkdirSync(place, { recursive: true })
      return mkdtempSync(join(place, 'forkcast-'))
    } catch (error) {
      problem = error
    }
  }
  throw problem
}
