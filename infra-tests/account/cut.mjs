// Loaded before a function: it kills its process just before chosen requests to services, and leaves a line of each that was not made in
// `FILE.cut`: those with the numbers `at`, counted over all processes of the function by the bytes of FILE, and the first one of each of
// the `calls`. What does not fit `path` is not counted.
import { appendFileSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'

const { file, at, calls, path } = JSON.parse(process.env.FORKCAST_CUTS)
const fits = new RegExp(path)
const { request } = http

function isNumbered() {
  appendFileSync(file, '.')
  return at.includes(statSync(file).size)
}

/** Of several processes one makes the file. */
function isFirst(call) {
  if (!calls.includes(call)) return false
  try {
    writeFileSync(`${file}.cut.${call.replaceAll('/', '-')}`, '', { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

http.request = (...given) => {
  const { method = 'GET', path: to = '', headers = {} } = given[0]
  if (fits.test(`${method} ${to}`)) {
    const target = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1]
    const call = target?.split('.').at(-1) ?? `${method} ${to}`
    const isCounted = isNumbered()
    if (isFirst(call) || isCounted) {
      appendFileSync(`${file}.cut`, `${call}\n`)
      process.kill(process.pid, 'SIGKILL')
    }
  }
  return request(...given)
}
syncBuiltinESMExports()
