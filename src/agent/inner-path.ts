/** Whether a path stays below the folder it is joined to: `/`-separated, relative, without empty, `.` or `..` parts. */
export function isInnerPath(path: string): boolean {
  if (path.includes('\0') || path.length > 4096) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

/** Whether a name is one part of a path. */
export function isFileName(name: string): boolean {
  return isInnerPath(name) && !name.includes('/')
}
