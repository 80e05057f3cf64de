import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import type { Account } from '../apps/sim/src/account.ts'
import { retellHeaders } from '../apps/sim/src/draft.ts'
import { signRetell } from '../apps/sim/src/retell/sign.ts'
import { startSim } from '../apps/sim/src/server.ts'
import { freePort } from '../packages/db/src/local/port.ts'
import { testDatabase } from '../packages/db/src/testing/postgres.ts'
import { apiBuild, nodeFlags } from '../scripts/lib/build.ts'
import { inboundText, openProvider, planCalls, post, retellEvent } from '../test/process/provider.ts'
import { until } from '../test/process/stage.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const account: Account = {
  retellApiKey: 'key_of_the_browser_tests_retell',
  twilioAccountSid: 'AC5e1fb09a7c3d48269b0f1e2d3c4b5a70',
  twilioAuthToken: 'token_of_the_browser_tests_twilio',
  stripeSecretKey: 'sk_test_of_the_browser_tests',
  stripeWebhookSecret: 'whsec_of_the_browser_tests',
  publicUrl: 'https://hooks.trunkline.example',
}
export const admin = { email: 'admin@localhost', password: 'a password of four words' }

type Tier = 'core' | 'pro' | 'elite' | 'scale'
type Customer = { id: string; businessName: string; phoneNumber: string }
export type World = Awaited<ReturnType<typeof openWorld>>

let texts = 0

/** A real server on a database of its own, and everybody who talks to it: providers, strangers, another operator. */
export async function openWorld({ sells = false } = {}) {
  const database = await testDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-browser-'))
  const port = await freePort()
  const lists = await openLists()
  const stripePort = sells ? await freePort() : undefined
  const start = () => startServer({ databaseUrl: database.url, folder, port, providerUrl: lists.url, stripePort })
  let server = await start()
  const sim = stripePort && (await startSim({ account, port: stripePort, trunklineUrl: server.url }))
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined })
  const provider = openProvider(account)
  let token = await signIn(server.url)

  async function ask<Answer>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const attempt = () =>
      fetch(server.url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
    let answer = await attempt()
    // a person has a limited number of sessions, and a test may end them all
    if (answer.status === 401) {
      token = await signIn(server.url)
      answer = await attempt()
    }
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Answer
  }

  async function settled(): Promise<void> {
    await until('the inbox is empty', async () => {
      const [row] = await sql`select count(*)::int as waiting from webhook_queue where state in ('received', 'failed')`
      return row?.waiting === 0
    })
  }

  return {
    url: server.url,
    /** Where the browser is sent back to from pages of others; nobody serves it but by the test's own way. */
    publicUrl: account.publicUrl,
    sql,
    /** What Retell lists when it is asked for its calls; while it is held, nobody is answered. */
    lists: lists.retell,
    /** What another person does through the API, while the page is open. */
    ask,
    settled,
    printed: () => server.printed(),

    /** The server goes away; answers how it comes back at the same address. */
    async goAway(): Promise<() => Promise<void>> {
      await server.stop()
      return async () => {
        server = await start()
      }
    },

    /** A session of the administrator: what the cookie of a browser holds. */
    signIn: () => signIn(server.url),

    async customer(businessName: string, facts: { tier?: Tier; phoneNumber?: string } = {}): Promise<Customer> {
      const phoneNumber = facts.phoneNumber ?? `+1312${String(2_000_000 + Math.floor(Math.random() * 7_000_000))}`
      const { id } = await ask<{ id: string }>('POST', '/api/admin/customers', {
        businessName,
        tier: facts.tier ?? 'core',
        phoneNumber,
        provider: 'retell',
      })
      return { id, businessName, phoneNumber }
    },

    /** A call to a number that begins and ends; answers its id at Retell. */
    async call(to: string, seconds: number): Promise<string> {
      const [planned] = planCalls(1, to, seconds)
      if (!planned) throw new Error('no call was planned')
      await provider.insist([server], retellEvent('call_started', planned))
      await provider.insist([server], retellEvent('call_ended', planned))
      return planned.id
    },

    /** A text message to a number of ours. */
    async text(to: string, body: string): Promise<void> {
      const sid = `SM${String(++texts).padStart(32, '0')}`
      await provider.insist([server], inboundText({ sid, to, body }, account))
    },

    /** A webhook of a source that speaks Standard Webhooks; answers the door's status. */
    async standard(source: string, secret: string, { at = Date.now() } = {}): Promise<number | undefined> {
      const [id, stamp, body] = [`msg_${++texts}`, Math.floor(at / 1000), '{"type":"calendar.changed"}']
      const signature = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
        .update(`${id}.${stamp}.${body}`)
        .digest('base64')
      const headers = { 'webhook-id': id, 'webhook-timestamp': String(stamp), 'webhook-signature': `v1,${signature}` }
      return (await post(server, { path: `/webhooks/standard/${source}`, headers, body }))?.status
    },

    /** Bytes that Retell has signed and nobody can read. */
    async unreadable(body: string): Promise<void> {
      const headers = retellHeaders(signRetell(body, account.retellApiKey, Date.now()))
      await post(server, { path: '/webhooks/retell', headers, body })
    },

    /** A delivery that Retell has not signed. */
    async forged(): Promise<void> {
      const headers = retellHeaders(signRetell('something else', account.retellApiKey, Date.now()))
      await post(server, {
        path: '/webhooks/retell',
        headers,
        body: '{"event":"call_ended","call":{"call_id":"forged"}}',
      })
    },

    async close(): Promise<void> {
      lists.close()
      if (sim) await sim.stop()
      await server.stop()
      await sql.end({ timeout: 1 })
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The lists of the providers, as a reconciliation reads them. */
async function openLists() {
  const retell = { calls: [] as object[], held: Promise.resolve() as Promise<unknown> }
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url?.includes('/Calls.json')) answer(200, { calls: [], next_page_uri: null })
    else if (request.url?.includes('/Messages.json')) answer(200, { messages: [], next_page_uri: null })
    else if (request.url === '/v3/list-calls')
      void retell.held.then(() => answer(200, { items: retell.calls, has_more: false }))
    else answer(404, { message: 'There is no such thing here' })
  })
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  return {
    retell,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(admin),
  })
  if (!answer.ok) throw new Error(`Signing in answered ${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as { token: string }).token
}

type Ways = { databaseUrl: string; folder: string; port: number; providerUrl: string; stripePort: number | undefined }

async function startServer({ databaseUrl, folder, port, providerUrl, stripePort }: Ways) {
  const kept = Object.entries(process.env).filter(([name]) => ['PATH', 'HOME', 'TMPDIR'].includes(name))
  const child = spawn(process.execPath, [...nodeFlags, apiBuild.result], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...Object.fromEntries(kept),
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      PUBLIC_URL: account.publicUrl,
      TRUNKLINE_DATA_DIR: folder,
      TRUNKLINE_KEY: 'b0b0'.repeat(16),
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
      RETELL_API_KEY: account.retellApiKey,
      TWILIO_ACCOUNT_SID: account.twilioAccountSid,
      TWILIO_AUTH_TOKEN: account.twilioAuthToken,
      RETELL_BASE_URL: providerUrl,
      TWILIO_BASE_URL: providerUrl,
      ...(stripePort && {
        STRIPE_SECRET_KEY: account.stripeSecretKey,
        STRIPE_WEBHOOK_SECRET: account.stripeWebhookSecret,
        STRIPE_BASE_URL: `http://127.0.0.1:${stripePort}`,
      }),
    },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  const over = Promise.withResolvers<void>()
  let isOver = false
  child.once('close', () => {
    isOver = true
    over.resolve()
  })
  await until('the server is ready', async () => isOver || printed.includes('Trunkline is ready'))
  if (isOver) throw new Error(`The server did not start: ${printed}`)
  return {
    url: `http://127.0.0.1:${port}`,
    printed: () => printed,
    async stop() {
      const tooLong = setTimeout(() => child.kill('SIGKILL'), 20_000)
      child.kill('SIGTERM')
      await over.promise
      clearTimeout(tooLong)
    },
  }
}
