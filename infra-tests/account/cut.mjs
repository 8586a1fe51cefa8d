// Loaded before a function: it kills its process just before the requests to services whose numbers are in FORKCAST_CUTS, counted over all
// processes of the function by the bytes of a file. Of those whose path does not fit nothing is counted.
import { appendFileSync, statSync } from 'node:fs'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'

const { file, at, path } = JSON.parse(process.env.FORKCAST_CUTS)
const counted = new RegExp(path)
const { request } = http

http.request = (...given) => {
  const asked = given[0]
  if (counted.test(`${asked.method ?? 'GET'} ${asked.path ?? ''}`)) {
    appendFileSync(file, '.')
    if (at.includes(statSync(file).size)) process.kill(process.pid, 'SIGKILL')
  }
  return request(...given)
}
syncBuiltinESMExports()
