import { createServer } from 'node:http'
import { serve } from './serve.ts'

// the least that an HTTP server can do with a POST: read the body, say yes
const server = createServer((request, response) => {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  request.on('end', () => {
    const answer = `{"received":true,"bytes":${bytes}}`
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
    response.end(answer)
  })
})
serve((port, host, ready) => server.listen(port, host, () => ready(server.address())))
