import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Role } from '@trunkline/core/sessions/permission'
import type { TierKey } from '@trunkline/core/usage/tier'
import { openDrizzle, openPool } from '@trunkline/db/connect'
import { sessions, users } from '@trunkline/db/schema/sessions'
import { testDatabase } from '@trunkline/db/testing/postgres'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { buildApp } from '../app.ts'
import { openErrors } from '../errors/track.ts'
import { jobs } from '../jobs.ts'
import { createCustomer } from '../onboarding/create-customer.ts'
import type { Actor, Mailer, NetCtx } from '../platform/context.ts'
import { readEnv, secretsOf } from '../platform/env.ts'
import { newId } from '../platform/id.ts'
import { openJobs } from '../platform/job.ts'
import { openLive } from '../platform/live.ts'
import { openLog } from '../platform/log.ts'
import { noPassword } from '../sessions/password.ts'
import { hashToken, newToken } from '../sessions/token.ts'
import { openIntake } from '../webhooks/intake.ts'
import { openSecrets } from '../webhooks/open-secrets.ts'
import { processBatch } from '../webhooks/process.ts'
import { quarantineBudget } from '../webhooks/quarantine.ts'
import { bootstrapSources } from '../webhooks/sources.ts'
import { openSpool } from '../webhooks/spool.ts'
import { calendarSecret, formsSecret, telnyxPublicKey } from './signing.ts'

export const retellKey = 'key_world_retell_0123456789'
export const twilioToken = 'world_twilio_token_0123456789'
export const stripeSecret = 'whsec_world_stripe_0123456789'
export const publicUrl = 'https://hooks.trunkline.example'

/** A mail that was handed over to be sent. */
export type SentMail = Parameters<Mailer>[0]

/** A request that went out to a provider. */
export type Sent = { url: string; method: string; body: URLSearchParams }

export type World = Awaited<ReturnType<typeof openWorld>>

/**
 * The whole API in this process, on a database of its own: real doors (by `inject`), real Postgres, real job queue.
 * Only the phone network and the mail server are arrays: `sent` and `mails` hold what would have gone out, `answer`
 * decides what comes back and `deliver` whether a mail is taken.
 */
export async function openWorld(options: { env?: Record<string, string> } = {}) {
  const database = await testDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-world-'))
  const env = readEnv({
    DATABASE_URL: database.url,
    TRUNKLINE_DATA_DIR: folder,
    TRUNKLINE_KEY: 'c0ffee00'.repeat(8),
    PUBLIC_URL: publicUrl,
    RETELL_API_KEY: retellKey,
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(31)}1`,
    TWILIO_AUTH_TOKEN: twilioToken,
    TWILIO_NUMBER: '+15005550100',
    TWILIO_BASE_URL: 'https://twilio.test',
    TELNYX_PUBLIC_KEY: telnyxPublicKey,
    STANDARD_WEBHOOK_SECRETS: `calendar=${calendarSecret}, forms=${formsSecret}`,
    STRIPE_SECRET_KEY: 'sk_test_world_0123456789',
    STRIPE_WEBHOOK_SECRET: stripeSecret,
    STRIPE_BASE_URL: 'https://stripe.test',
    ADMIN_PHONE: '+15005550199',
    SMTP_URL: 'smtp://mail.test',
    MAIL_FROM: 'trunkline@trunkline.example',
    LOG_LEVEL: 'info',
    ...options.env,
  })
  const logged: string[] = []
  const log = openLog({
    level: env.LOG_LEVEL,
    secrets: secretsOf(env),
    destination: { write: (line) => void logged.push(line) },
  })
  const { db, pool } = openDrizzle(env.DATABASE_URL, { max: 6, name: 'world' })
  const owner = postgres(database.url, { max: 2, onnotice: () => undefined })
  const jobQueue = await openJobs({ directUrl: env.DATABASE_DIRECT_URL, jobs, log, isWorker: false })
  const sent: Sent[] = []
  const mails: SentMail[] = []
  const network: {
    answer(request: Sent, init: RequestInit): Promise<Response>
    deliver(mail: SentMail): Promise<void>
  } = { answer: acceptsEveryText, deliver: async () => undefined }
  const net = {
    fetch: async (url: string, init: { method?: string; body?: string } = {}) => {
      const request = {
        url,
        method: init.method ?? 'GET',
        body: new URLSearchParams(init.body ?? ''),
      }
      sent.push(request)
      return await network.answer(request, init)
    },
    mail: async (mail: SentMail) => {
      await network.deliver(mail)
      mails.push(mail)
    },
  } as NetCtx['net']
  // they are written down when a test asks for it
  const errors = openErrors({ ctx: () => ctx({ actor: { kind: 'system', name: 'errors' } }), log, byItself: false })
  const ctxFor = (actor: Actor, request = { id: 'test', address: null as string | null }): NetCtx => ({
    db,
    now: new Date(),
    actor,
    requestId: request.id,
    address: request.address,
    log,
    queue: jobQueue.queue,
    env,
    faults: errors,
    hasStopped: (phoneNumber) => spool.hasStopped(phoneNumber),
    net,
  })
  const ctx = (over: Partial<NetCtx> = {}): NetCtx => ({ ...ctxFor({ kind: 'system', name: 'test' }), ...over })
  await bootstrapSources(ctx())
  const live = await openLive({ directUrl: env.DATABASE_DIRECT_URL, log })
  const intakePool = openPool(env.DATABASE_URL, { max: 2, name: 'intake', statementTimeoutMs: 5000 })
  const spool = await openSpool({ folder: join(folder, 'spool'), maxBytes: 8 * 1024 * 1024, log })
  const intake = openIntake({ sql: intakePool, spool, log, onStored: () => live.hint(['inbox', 'webhooks']) })
  const secrets = await openSecrets({ ctx, live })
  const inbox = { intake, secrets, mayQuarantine: quarantineBudget(), log, faults: errors }
  const { app } = await buildApp({ env, log, live, inbox, spool, faults: errors, ctx: ctxFor })
  await app.ready()
  let isWorking = false

  return {
    env,
    app,
    ctx,
    db,
    /** The owner's raw connection: for looking, and for what only the owner may do. */
    owner,
    url: database.url,
    folder,
    logged,
    sent,
    mails,
    network,
    inbox,
    spool,
    intakePool,
    live,
    faults: errors,

    /** A customer with a line; answers its id and number. */
    async customer(facts: { tier?: TierKey; phoneNumber?: string; businessName?: string; agentId?: string } = {}) {
      const phoneNumber = facts.phoneNumber ?? randomNumber()
      const id = await createCustomer(ctx(), {
        businessName: facts.businessName ?? 'Harbor Plumbing',
        tier: facts.tier ?? 'core',
        timezone: 'UTC',
        country: 'US',
        phoneNumber,
        agentId: facts.agentId,
      })
      // in the midst of its month, on whatever day the tests run
      await owner`
        update usage_limits set period_start = period_start - interval '2 days', period_end = period_end + interval '2 days'
        where customer_id = ${id}`
      return { id, phoneNumber }
    },

    /** A user with an open session; answers the bearer token. */
    async signIn(role: Role = 'operator', customerId: string | null = null): Promise<string> {
      const token = newToken()
      const userId = newId()
      const email = `${role}-${userId.slice(-12)}@trunkline.example`
      await db.insert(users).values({ id: userId, email, role, customerId, passwordHash: noPassword() })
      await db.insert(sessions).values({
        id: newId(),
        userId,
        tokenHash: hashToken(token),
        device: 'desktop',
        ip: '127.0.0.1',
        userAgent: 'test',
        lastActiveAt: sql`now()`,
        expiresAt: sql`now() + interval '1 day'`,
      })
      return token
    },

    /** A REST call; answers status and parsed body. */
    async rest(
      method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
      path: string,
      request: { token?: string; body?: object } = {},
    ) {
      const answer = await app.inject({
        method,
        url: path,
        headers: request.token === undefined ? {} : { authorization: `Bearer ${request.token}` },
        ...(request.body === undefined ? {} : { payload: request.body }),
      })
      return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
    },

    /** Delivers a webhook as Retell does; `sign: false` sends it unsigned. */
    async retell(event: object | string, delivery: { sign?: boolean; path?: string; key?: string; at?: number } = {}) {
      const body = typeof event === 'string' ? event : JSON.stringify(event)
      const at = delivery.at ?? Date.now()
      const digest = createHmac('sha256', delivery.key ?? retellKey)
        .update(`${body}${at}`)
        .digest('hex')
      const answer = await app.inject({
        method: 'POST',
        url: delivery.path ?? '/webhooks/retell',
        headers: {
          'content-type': 'application/json',
          ...(delivery.sign === false ? {} : { 'x-retell-signature': `v=${at},d=${digest}` }),
        },
        payload: body,
      })
      return {
        status: answer.statusCode,
        body: answer.json<{ received?: boolean; duplicate?: boolean; error?: { code: string } }>(),
      }
    },

    /** Delivers a form as Twilio does, signed over the public URL. */
    async twilio(
      door: 'voice' | 'status' | 'sms' | 'sms-status',
      form: Record<string, string>,
      delivery: { token?: string; path?: string } = {},
    ) {
      const path = delivery.path ?? `/webhooks/twilio/${door}`
      const data =
        publicUrl +
        path +
        Object.keys(form)
          .sort()
          .map((name) => name + form[name])
          .join('')
      const signature = createHmac('sha1', delivery.token ?? twilioToken)
        .update(data)
        .digest('base64')
      const answer = await app.inject({
        method: 'POST',
        url: path,
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
        payload: new URLSearchParams(form).toString(),
      })
      return { status: answer.statusCode, body: answer.body }
    },

    /** Delivers an event as Stripe does. */
    async stripe(event: object, delivery: { secret?: string } = {}) {
      const body = JSON.stringify(event)
      const at = Math.floor(Date.now() / 1000)
      const digest = createHmac('sha256', delivery.secret ?? stripeSecret)
        .update(`${at}.${body}`)
        .digest('hex')
      const answer = await app.inject({
        method: 'POST',
        url: '/webhooks/stripe',
        headers: { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${digest}` },
        payload: body,
      })
      return { status: answer.statusCode, body: answer.json<{ received?: boolean; duplicate?: boolean }>() }
    },

    /** Processes the inbox until nothing waits, in batches of `limit`. */
    async process(limit = 100) {
      for (;;) {
        const { claimed } = await processBatch(ctx({ actor: { kind: 'system', name: 'worker' } }), { limit })
        if (claimed === 0) return
      }
    },

    /** Runs the jobs that are due until none is left. */
    async drainJobs() {
      if (!isWorking) await jobQueue.work((name) => ctx({ actor: { kind: 'system', name } }))
      isWorking = true
      for (;;) {
        const [left] = await owner`
          select count(*)::int as jobs from pgboss.job
          where name not like '\\_\\_pgboss%' and (state = 'active' or (state in ('created', 'retry') and start_after <= now()))`
        if (left?.jobs === 0) return
        await wait(20)
      }
    },

    async close() {
      await app.close()
      await intake.idle()
      await spool.close()
      await intakePool.end({ timeout: 1 })
      await live.close()
      await jobQueue.close()
      await pool.end({ timeout: 1 })
      await owner.end({ timeout: 1 })
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

let numbers = 0
/** A number that nobody has. */
export function randomNumber(): string {
  numbers++
  return `+1312${String(5_000_000 + (process.pid % 900) * 1000 + numbers).padStart(7, '0')}`
}

async function acceptsEveryText(request: Sent): Promise<Response> {
  if (request.method === 'GET') return Response.json({ messages: [] })
  const sid = `SM${newId().replaceAll('-', '')}`
  return Response.json(
    { sid, status: 'queued', to: request.body.get('To'), body: request.body.get('Body') },
    { status: 201 },
  )
}

/** A finished Retell call, as `call_started`, `call_ended` and `call_analyzed`. */
export function retellCall(call: {
  to: string
  from?: string
  seconds: number
  id?: string
  sid?: string
  endedAt?: number
  direction?: 'inbound' | 'outbound'
}) {
  const id = call.id ?? `call_${newId().replaceAll('-', '')}`
  const endedAt = call.endedAt ?? Date.now()
  const startedAt = endedAt - call.seconds * 1000
  const base = {
    call_id: id,
    call_type: 'phone_call',
    agent_id: 'agent_world',
    direction: call.direction ?? 'inbound',
    from_number: call.from ?? '+14155550123',
    to_number: call.to,
    start_timestamp: startedAt,
    ...(call.sid === undefined ? {} : { telephony_identifier: { twilio_call_sid: call.sid } }),
  }
  const ended = {
    ...base,
    call_status: 'ended',
    end_timestamp: endedAt,
    duration_ms: call.seconds * 1000,
    disconnection_reason: 'user_hangup',
    transcript: 'Agent: Good morning. Caller: My sink is leaking.',
    call_cost: { combined_cost: call.seconds * 0.15 },
  }
  return {
    id,
    started: { event: 'call_started', event_timestamp: startedAt, call: { ...base, call_status: 'ongoing' } },
    ended: { event: 'call_ended', event_timestamp: endedAt, call: ended },
    analyzed: {
      event: 'call_analyzed',
      event_timestamp: endedAt + 3000,
      call: {
        ...ended,
        call_analysis: { call_summary: 'A leaking sink', user_sentiment: 'Neutral', call_successful: true },
      },
    },
  }
}

/** Twilio's voice status callback. */
export function twilioStatus(call: {
  sid: string
  to: string
  from?: string
  status: string
  seconds?: number
  at?: number
  sequence?: number
}) {
  return {
    AccountSid: `AC${'0'.repeat(31)}1`,
    ApiVersion: '2010-04-01',
    CallSid: call.sid,
    CallStatus: call.status,
    Direction: 'inbound',
    From: call.from ?? '+14155550123',
    To: call.to,
    Timestamp: new Date(call.at ?? Date.now()).toUTCString(),
    CallbackSource: 'call-progress-events',
    ...(call.sequence === undefined ? {} : { SequenceNumber: String(call.sequence) }),
    ...(call.seconds === undefined
      ? {}
      : { CallDuration: String(call.seconds), Duration: String(Math.ceil(call.seconds / 60)) }),
  }
}
