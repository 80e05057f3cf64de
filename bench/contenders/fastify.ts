import { createRequire } from 'node:module'
import { serve } from './serve.ts'
import { isGenuine, sha256 } from './signature.ts'

type Request = { body: Buffer; headers: Record<string, string | undefined> }
type Reply = { code(status: number): Reply }
type App = {
  addContentTypeParser(
    type: string,
    options: { parseAs: 'buffer' },
    parse: (request: unknown, body: Buffer, done: (error: null, body: Buffer) => void) => void,
  ): void
  removeAllContentTypeParsers(): void
  post(path: string, handler: (request: Request, reply: Reply) => Promise<object>): void
  listen(options: { port: number; host: string }): Promise<string>
  server: { address(): null }
}

// the API's own Fastify
const fastify = createRequire(new URL('../../apps/api/package.json', import.meta.url))('fastify') as () => App

// verify and name the delivery, without a database: what the framework and the cryptography leave of the bare server
const app = fastify()
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.post('/webhooks/retell', async (request, reply) => {
  if (!isGenuine(request.body, request.headers['x-retell-signature'])) {
    reply.code(401)
    return { error: 'signature_invalid' }
  }
  return { received: true, key: sha256(request.body).toString('hex') }
})
serve(async (port, host, ready) => {
  await app.listen({ port, host })
  ready(app.server.address())
})
