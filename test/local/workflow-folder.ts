import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** What a file of a test folder is: its text or bytes, one that may be executed, or a link. */
export type TestFile = string | Uint8Array | { readonly script: string } | { readonly link: string }

/** A folder with these files, by path; it is gone after the test. */
export async function folderOf(files: Readonly<Record<string, TestFile>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'forkcast-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [path, file] of Object.entries(files)) {
    const place = join(folder, path)
    await mkdir(dirname(place), { recursive: true })
    if (typeof file === 'string' || file instanceof Uint8Array) await writeFile(place, file)
    else if ('link' in file) await symlink(file.link, place)
    else {
      await writeFile(place, file.script)
      await chmod(place, 0o755)
    }
  }
  return folder
}
