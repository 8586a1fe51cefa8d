/**
 * What staging could be at best over HTTP: one request after another, nothing checked. `staging-floor.mjs get|put FOLDER URL
 * FILE...`
 */
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

const [what, folder, url, ...files] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

for (const file of files) {
  if (what === 'get') {
    const answer = await ask('GET', file)
    await pipeline(answer, createWriteStream(join(folder, file.replaceAll('/', '.')), { highWaterMark: 1024 ** 2 }))
  } else {
    const path = join(folder, file)
    const answer = await ask('PUT', file, createReadStream(path, { highWaterMark: 1024 ** 2 }), statSync(path).size)
    await pipeline(answer, async function* () {})
  }
}
agent.destroy()

function ask(method, file, body, size) {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/bucket/${file}`, { method, agent, headers: body ? { 'Content-Length': size } : {} })
    asked.on('response', (answer) =>
      answer.statusCode < 300 ? resolve(answer) : reject(new Error(`${answer.statusCode}`)),
    )
    asked.on('error', reject)
    if (body) body.pipe(asked)
    else asked.end()
  })
}
