/** What to do about an error of SQLite, by its primary result code (https://sqlite.org/rescode.html). */
const fixes: Readonly<Record<number, string>> = {
  5: 'another process is writing to it; end that one first',
  8: 'it or its folder is not writable; change the permissions, or name another state folder with --dir',
  10: 'the disk failed to read or write it; check the disk, then restore the file from a copy',
  11: 'it is damaged; restore it from a copy, or move it away to begin anew',
  13: 'the disk is full; free some space, then run again',
  14: 'it cannot be opened; check that its folder exists and is yours, or name another one with --dir',
  26: 'it is not a state file, or is damaged; restore it from a copy, or move it away to begin anew',
}

/** An error of SQLite with the file's name and what to do; any other error as it is. */
export function describeSqliteError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error
  const fix = fixes[error.errcode & 0xff]
  const message = fix === undefined ? error.message : `${error.message}: ${fix}`
  return new Error(`${path}: ${message}`, { cause: error })
}
