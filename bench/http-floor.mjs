/**
 * `node http-floor.mjs`: what a program in Node that answers over HTTP pays at least. Reads the whole of each request and answers
 * it with as many bytes as its path names. Prints its port.
 */
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    const body = '0'.repeat(Number(request.url?.slice(1)))
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body)
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address()?.port))
