import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

const adminFolder = fileURLToPath(new URL('../../../admin/dist', import.meta.url))

/** What a page of ours may load: itself. Every inline script and style carries the request's nonce. */
export const contentPolicy = (nonce: string): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

/** The admin at /admin: hashed assets for ever, the page itself never cached. An asset that is gone is a 404, not the page. */
export async function registerAdmin(app: FastifyInstance, nonceOf: () => string): Promise<void> {
  const page = await readFile(join(adminFolder, 'index.html'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  const sendPage = async (reply: FastifyReply) => {
    if (page === undefined) {
      return await reply.code(503).send({
        error: { code: 'unavailable', message: 'The admin is not built: pnpm --filter @trunkline/admin build' },
      })
    }
    const nonce = nonceOf()
    return await reply
      .header('cache-control', 'no-store')
      .header('content-security-policy', contentPolicy(nonce))
      .type('text/html; charset=utf-8')
      .send(page.replaceAll('__CSP_NONCE__', nonce))
  }
  if (page !== undefined) {
    await app.register(fastifyStatic, {
      root: join(adminFolder, 'assets'),
      prefix: '/admin/assets/',
      immutable: true,
      maxAge: '1y',
      decorateReply: false,
    })
  }
  app.get('/', async (_request, reply) => reply.redirect('/admin'))
  app.get('/admin', async (_request, reply) => sendPage(reply))
  app.get('/admin/*', async (_request, reply) => sendPage(reply))
}

const docsPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Trunkline API</title><link rel="stylesheet" href="/api/docs/assets/swagger-ui.css"></head>
<body><div id="docs"></div><script src="/api/docs/assets/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body></html>`

/** The API's documentation, from this server alone, under a policy of its own: Swagger UI styles itself inline. */
export async function registerDocs(app: FastifyInstance, describe: () => object): Promise<void> {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  await app.register(fastifyStatic, {
    root: folder,
    prefix: '/api/docs/assets/',
    decorateReply: false,
    allowedPath: (path) => /^\/swagger-ui(-bundle)?\.(css|js)$/.test(path),
  })
  app.get('/api/openapi.json', async () => describe())
  app.get('/api/docs/start.js', async (_request, reply) =>
    reply
      .type('text/javascript')
      .send("SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#docs', deepLinking: true })"),
  )
  app.get('/api/docs', async (_request, reply) =>
    reply
      .header(
        'content-security-policy',
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
      )
      .type('text/html; charset=utf-8')
      .send(docsPage),
  )
}
