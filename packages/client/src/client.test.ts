import { raiseAlerts } from '@trunkline/api/alerts/raise'
import { randomNumber, retellCall } from '@trunkline/api/testing/world'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  type ClientOptions,
  createClient,
  everyPage,
  isTrunklineError,
  type LiveEvent,
  type TailedWebhook,
  type TailOptions,
  type TrunklineClient,
  TrunklineError,
  watch,
} from './index.ts'
import { type Mischief, openProxy, pass } from './testing/proxy.ts'
import { openServer, type Server } from './testing/server.ts'

let server: Server

beforeAll(async () => {
  server = await openServer()
})
afterAll(() => server.close())

const client = (options: Partial<ClientOptions> = {}) =>
  createClient({ url: server.url, token: server.token, ...options })

/** Repeats soon, so that no test waits for a backoff. */
const soon = { baseMs: 5, maxMs: 20 }

async function behind(mischief: Mischief, options: Partial<ClientOptions> = {}) {
  const proxy = await openProxy(server.url, mischief)
  onTestFinished(() => proxy.close())
  return { proxy, client: client({ url: proxy.url, retry: soon, ...options }) }
}

const refused = (call: Promise<unknown>): Promise<TrunklineError> =>
  call.then(
    () => expect.fail('the call succeeded'),
    (error) => {
      expect(error).toBeInstanceOf(TrunklineError)
      return error
    },
  )

async function raise(amount: number, title = 'Something happened') {
  await raiseAlerts(
    server.world.ctx(),
    Array.from({ length: amount }, (_, index) => ({
      type: 'usage.threshold',
      severity: 'low' as const,
      customerId: null,
      dedupKey: `${title}:${randomNumber()}`,
      series: title,
      rank: index,
      title,
      message: `${title} (${index})`,
      runbook: 'docs/runbooks/usage.md#crossed',
      metadata: {},
    })),
  )
}

describe('a list', () => {
  test('of 250 rows is read page by page, every row once', async () => {
    await raise(250)
    const { proxy, client } = await behind(() => undefined)

    const ids = new Set<string>()
    let rows = 0
    for await (const alert of everyPage((cursor) => client.alerts.list.query({ cursor, limit: 100 }))) {
      ids.add(alert.id)
      rows++
    }

    expect(rows).toBe(250)
    expect(ids.size).toBe(250)
    expect(proxy.requests).toHaveLength(3)
  })

  test('is read no further than somebody looks', async () => {
    await raise(30)
    const { proxy, client } = await behind(() => undefined)

    for await (const alert of everyPage((cursor) => client.alerts.list.query({ cursor, limit: 10 }))) {
      expect(alert.severity).toBe('low')
      break
    }

    expect(proxy.requests).toHaveLength(1)
  })
})

describe('live updates', () => {
  test('tell what another connection changed', async () => {
    const events = listen(client())
    expect((await events.next()).topics).toEqual([])

    await raise(1)

    expect((await events.next()).topics).toEqual(['alerts'])
  })

  test('say resync when the server itself has missed changes', async () => {
    const events = listen(client())
    await events.next()

    const cut = await server.world.owner`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'trunkline:live' and datname = current_database()`

    expect(cut).toHaveLength(1)
    expect((await events.until('resync')).topics).toContain('resync')
    await raise(1)
    expect((await events.until('alerts')).topics).toContain('alerts')
  })

  test('go on after the connection broke, and say resync for what was missed meanwhile', async () => {
    const { proxy, client } = await behind((count, _request, response) =>
      count === 2 || count === 3 ? response.writeHead(502).end('<h1>Bad Gateway</h1>') : undefined,
    )
    const events = listen(client)
    await events.next()

    proxy.cut()

    expect((await events.next()).topics).toEqual(['resync'])
    expect(proxy.requests).toHaveLength(4)
    await raise(1)
    expect((await events.next()).topics).toEqual(['alerts'])
  })

  test('go on after a server took its leave, as in a deployment', async () => {
    const { proxy, client } = await behind((count, _request, response) =>
      count === 1
        ? response
            .writeHead(200, { 'content-type': 'text/event-stream' })
            .end('event: connected\ndata: {}\n\nevent: return\ndata:\n\n')
        : undefined,
    )

    expect((await listen(client).next()).topics).toEqual([])
    expect(proxy.requests).toHaveLength(2)
  })

  test('wait for a server that is late', async () => {
    const { client } = await behind((count, _request, response) =>
      count < 3 ? response.writeHead(503).end() : undefined,
    )

    expect((await listen(client).next()).topics).toEqual([])
  })

  test('are given up when the server never was there', async () => {
    const { proxy, client } = await behind((_count, request) => request.destroy())

    expect(await refused(listen(client).next())).toMatchObject({ refusal: 'network', isRetryable: true })
    expect(proxy.requests).toHaveLength(4)
  })

  test('are given up when the first connection is not answered in time', async () => {
    const { client } = await behind(() => 'silence', { timeoutMs: 100, retry: false })

    expect(await refused(listen(client).next())).toMatchObject({ refusal: 'timeout' })
  })

  test('are refused to strangers in the words of the server', async () => {
    const stranger = client({ token: 'tls_nobody' })

    expect(await refused(listen(stranger).next())).toMatchObject({
      refusal: 'unauthenticated',
      httpStatus: 401,
      message: 'Sign in first',
      isRetryable: false,
    })
  })

  test('end without an error when the signal fires', async () => {
    const stop = new AbortController()
    const seen: LiveEvent[] = []
    for await (const event of watch(client(), { signal: stop.signal })) {
      seen.push(event)
      stop.abort()
    }

    expect(seen).toHaveLength(1)
  })

  test('leave no connection behind when the loop is left', async () => {
    const closed = Promise.withResolvers<void>()
    const { client } = await behind((_count, _request, response) => {
      response.once('close', closed.resolve)
    })
    for await (const _event of watch(client)) break

    await closed.promise
  })

  test('come together to whoever is slow, each topic once', async () => {
    const events = watch(client())[Symbol.asyncIterator]()
    onTestFinished(async () => void (await events.return?.()))
    await events.next()

    server.world.live.hint(['alerts', 'calls'])
    await new Promise((resolve) => setTimeout(resolve, 200))
    server.world.live.hint(['calls', 'usage'])
    await new Promise((resolve) => setTimeout(resolve, 200))

    const { value } = await events.next()
    expect(value?.topics.toSorted()).toEqual(['alerts', 'calls', 'usage'])
  })

  test('come through an EventSource of the caller', async () => {
    const { EventSource } = await import('eventsource')
    const opened: string[] = []
    class Own extends EventSource {
      constructor(url: string, init?: ConstructorParameters<typeof EventSource>[1]) {
        super(url, init)
        opened.push(url)
      }
    }

    expect((await listen(client({ EventSource: Own })).next()).topics).toEqual([])
    expect(opened).toEqual([`${server.url}/trpc/live.watch`])
  })
})

describe('the tail of the inbox', () => {
  test('gives each webhook once, in the order in which it was stored, whatever becomes of the connection', async () => {
    const { proxy, client } = await behind((count, _request, response) =>
      count % 3 === 0 ? response.writeHead(502).end('<h1>Bad Gateway</h1>') : undefined,
    )
    const inbox = tailing(client)
    await inbox.listening
    const sent = Array.from({ length: 30 }, () => retellCall({ to: randomNumber(), seconds: 60 }))
    for (const [nth, { ended }] of sent.entries()) {
      await server.world.retell(ended)
      if (nth % 7 === 3) proxy.cut()
    }

    const seen = await inbox.take(30)

    expect(seen.map(({ bytes }) => idIn(bytes?.body))).toEqual(sent.map(({ id }) => id))
    expect(proxy.requests.length).toBeGreaterThan(3)
    await server.world.retell(retellCall({ to: randomNumber(), seconds: 60, id: 'call_after' }).ended)
    expect((await inbox.take(1)).map(({ bytes }) => idIn(bytes?.body))).toEqual(['call_after'])
  })

  test('goes on behind a cursor: what came while nobody read is given, and nothing again', async () => {
    const first = tailing(client())
    await first.listening
    await server.world.retell(retellCall({ to: randomNumber(), seconds: 60, id: 'call_before' }).ended)
    const [before] = await first.take(1)
    first.stop()
    for (const id of ['call_missed_1', 'call_missed_2'])
      await server.world.retell(retellCall({ to: randomNumber(), seconds: 60, id }).ended)

    const again = tailing(client(), { after: before?.cursor })

    expect((await again.take(2)).map(({ bytes }) => idIn(bytes?.body))).toEqual(['call_missed_1', 'call_missed_2'])
  })

  test('loses none that is stored late or whose commit was overtaken', async () => {
    const { owner } = server.world
    const inbox = tailing(client())
    await inbox.listening
    const stored = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const id = (nth: number) => `01900000-0000-7000-8000-00000000000${nth}`
    // of long ago by its id, and still not committed when a younger one is
    const slow = owner.begin(async (sql) => {
      await sql`insert into webhook_queue ${sql(rowOf(id(1)))}`
      stored.resolve()
      await release.promise
    })
    await stored.promise
    await owner`insert into webhook_queue ${owner(rowOf(id(2)))}`
    release.resolve()
    await slow

    const seen = await inbox.take(2)

    expect(seen.map((webhook) => webhook.id)).toEqual([id(1), id(2)].map((one) => `whk_${one.replaceAll('-', '')}`))
  })

  test('gives what its filters ask for, and what was refused only when told', async () => {
    const line = randomNumber()
    const [genuine, all] = [
      tailing(client(), { filters: { phone: line, provider: 'retell', eventType: 'ended' } }),
      tailing(client(), { filters: { refused: true } }),
    ]
    await Promise.all([genuine.listening, all.listening])
    await server.world.retell(retellCall({ to: line, seconds: 60 }).ended, { sign: false })
    await server.world.retell(retellCall({ to: line, seconds: 60 }).started)
    await server.world.retell(retellCall({ to: line, seconds: 60, id: 'call_wanted' }).ended)

    expect((await genuine.take(1)).map(({ bytes }) => idIn(bytes?.body))).toEqual(['call_wanted'])
    expect((await all.take(3)).map(({ verdict }) => verdict)).toEqual(['signature_missing', 'verified', 'verified'])
  })

  test('comes to whoever is slow too, without growing meanwhile', async () => {
    let open = 0
    const { proxy, client } = await behind((_count, _request, response) => {
      open++
      response.once('close', () => open--)
    })
    const stop = new AbortController()
    onTestFinished(() => stop.abort())
    const { promise: listening, resolve: onListening } = Promise.withResolvers<string>()
    const inbox = client.webhooks.tail({ filters: { eventType: 'flood' }, onListening, signal: stop.signal })
    const first = inbox.next()
    await listening
    const flood = (from: number, to: number) =>
      server.world.owner`
        insert into webhook_queue ${server.world.owner(
          Array.from({ length: to - from }, (_, nth) => ({
            ...rowOf(crypto.randomUUID()),
            url: `${from + nth}`,
            event_type: 'flood',
          })),
        )}`
    await flood(0, 1)
    await first
    await flood(1, 1301)
    // asked for nothing, it lets the stream go when enough has come
    await expect.poll(() => open, { timeout: 5000 }).toBe(0)

    const rest: string[] = []
    for await (const { id } of inbox) if (rest.push(id) === 1300) break

    expect(new Set(rest).size).toBe(1300)
    expect(proxy.requests.length).toBeGreaterThan(1)
  })

  test('holds few large bodies for whoever is slow, however many come', async () => {
    let open = 0
    const { client } = await behind((_count, _request, response) => {
      open++
      response.once('close', () => open--)
    })
    const stop = new AbortController()
    onTestFinished(() => stop.abort())
    const { promise: listening, resolve: onListening } = Promise.withResolvers<string>()
    const filters = { eventType: 'large' }
    const inbox = client.webhooks.tail({ filters, bytes: true, onListening, signal: stop.signal })
    const first = inbox.next()
    await listening
    const body = 'z'.repeat(500_000)
    const insert = (count: number) =>
      server.world.owner`
        insert into webhook_queue ${server.world.owner(
          Array.from({ length: count }, () => ({ ...rowOf(crypto.randomUUID()), event_type: 'large', body })),
        )}`
    await insert(1)
    await first
    await insert(40)
    await expect.poll(() => open, { timeout: 5000 }).toBe(0)

    const rest: string[] = []
    for await (const { id, bytes } of inbox) {
      expect(bytes?.body).toHaveLength(body.length)
      if (rest.push(id) === 40) break
    }

    expect(new Set(rest).size).toBe(40)
  })

  test('refuses a cursor that no tail gave out, and one of another database', async () => {
    for (const after of ['yesterday', `999999999999999-${'0'.repeat(32)}`])
      expect(await refused(client().webhooks.tail({ after }).next())).toMatchObject({
        refusal: 'invalid',
        fields: { after: expect.any(String) },
        isRetryable: false,
      })
  })

  test('is for those who may read what was said, and for keys with the scope', async () => {
    const admin = await server.world.signIn('admin')
    const keyWith = async (scope: string) => {
      const asked = { token: admin, body: { name: scope, scopes: [scope] } }
      return client({ token: (await server.world.rest('POST', '/api/admin/api-keys', asked)).body.key })
    }
    const viewer = client({ token: await server.world.signIn('viewer') })

    for (const stranger of [viewer, await keyWith('operations:read'), await keyWith('webhooks:replay')])
      expect(await refused(stranger.webhooks.tail().next())).toMatchObject({ refusal: 'forbidden', isRetryable: false })
    await tailing(await keyWith('webhooks:read')).listening
  })
})

describe('a query', () => {
  test('is repeated when the server is away for a moment', async () => {
    const { proxy, client } = await behind((count, request, response) => {
      if (count === 1) return response.writeHead(503).end()
      if (count === 2) return request.destroy()
      if (count === 3) return response.writeHead(500, { 'content-type': 'text/html' }).end('<p>Oops')
    })

    expect(await client.sessions.me.query()).toMatchObject({ role: 'operator' })
    expect(proxy.requests).toHaveLength(4)
  })

  test('is repeated no more often than told, and the last answer is the error', async () => {
    const { proxy, client } = await behind((_count, _request, response) => response.writeHead(502).end(), {
      retry: { ...soon, attempts: 3 },
    })

    const error = await refused(client.sessions.me.query())

    expect(error).toMatchObject({ refusal: 'unavailable', httpStatus: 502, isRetryable: true })
    expect(proxy.requests).toHaveLength(3)
  })

  test('is not repeated at all when told so', async () => {
    const { proxy, client } = await behind((_count, _request, response) => response.writeHead(502).end(), {
      retry: false,
    })

    await refused(client.sessions.me.query())

    expect(proxy.requests).toHaveLength(1)
  })

  test('waits as long as the server asks', async () => {
    const { client } = await behind((count, _request, response) =>
      count === 1 ? response.writeHead(429, { 'retry-after': '1' }).end() : undefined,
    )

    const began = performance.now()
    await client.sessions.me.query()

    expect(performance.now() - began).toBeGreaterThanOrEqual(990)
  })

  test('fails at once when the server asks for more patience than there is time', async () => {
    const { client } = await behind(
      (_count, _request, response) => response.writeHead(429, { 'retry-after': '60' }).end(),
      { timeoutMs: 5000 },
    )

    expect(await refused(client.sessions.me.query())).toMatchObject({ refusal: 'limit_exceeded', httpStatus: 429 })
  })

  test('that is refused is not repeated', async () => {
    const { proxy, client } = await behind(() => undefined)

    await refused(client.alerts.find.query({ id: `alr_${'0'.repeat(32)}` }))

    expect(proxy.requests).toHaveLength(1)
  })
})

describe('a mutation', () => {
  test('of which nobody knows whether it happened is not repeated: nothing is reserved twice', async () => {
    const { id: customerId } = await server.world.customer()
    const { proxy, client: broken } = await behind((_count, request, response) => {
      // the server answers, but nobody hears it
      response.write = () => response.destroy() as never
      void pass(server.url, request, response).catch(() => response.destroy())
      return 'dealt with'
    })

    const error = await refused(broken.usage.check.mutate({ customerId: wire(customerId), kind: 'call', quantity: 60 }))

    expect(error).toMatchObject({ refusal: 'network', isRetryable: false })
    expect(proxy.requests).toEqual(['POST /trpc/usage.check'])
    const [row] = await server.world.owner`
      select call_reserved_seconds from usage_limits where customer_id = ${customerId}`
    expect(Number(row?.call_reserved_seconds)).toBe(60)
  })

  test.each([500, 502, 503, 504])('that something on the way answered with %i is not repeated', async (status) => {
    const { proxy, client } = await behind((_count, _request, response) => response.writeHead(status).end('no'))

    expect(await refused(client.sessions.revokeOthers.mutate())).toMatchObject({
      httpStatus: status,
      isRetryable: false,
    })
    expect(proxy.requests).toHaveLength(1)
  })

  test('that the server itself could not take is repeated', async () => {
    const { proxy, client } = await behind((count, _request, response) =>
      count < 3 ? unavailable(response) : undefined,
    )

    expect(await client.sessions.revokeOthers.mutate()).toEqual({ revoked: 0 })
    expect(proxy.requests).toHaveLength(3)
  })

  test('that never reached the server is repeated', async () => {
    const before = await openProxy(server.url, () => undefined)
    await before.close()
    const port = Number(new URL(before.url).port)
    const retry = { attempts: 20, baseMs: 50, maxMs: 50 }
    const answer = client({ url: before.url, retry }).sessions.revokeOthers.mutate()
    const proxy = await openProxy(server.url, () => undefined, port)
    onTestFinished(() => proxy.close())

    expect(await answer).toEqual({ revoked: 0 })
  })
})

describe('a call', () => {
  test.each(['query', 'mutation'] as const)('that is not answered in time fails in time (%s)', async (type) => {
    const { client } = await behind(() => 'silence', { timeoutMs: 150 })

    const began = performance.now()
    const error = await refused(type === 'query' ? client.sessions.me.query() : client.sessions.revokeOthers.mutate())

    expect(error).toMatchObject({ refusal: 'timeout', message: 'No answer came within 150 ms' })
    expect(error.isRetryable).toBe(type === 'query')
    expect(performance.now() - began).toBeGreaterThanOrEqual(140)
  })

  test('whose repetitions take too long fails in time', async () => {
    const { client } = await behind((_count, _request, response) => response.writeHead(500).end(), {
      timeoutMs: 300,
      // hours, if nothing ended them
      retry: { attempts: 100_000, baseMs: 50, maxMs: 50 },
    })

    expect(await refused(client.sessions.me.query())).toMatchObject({ isRetryable: true })
  })

  test('may have a shorter time of its own', async () => {
    const { client } = await behind(() => 'silence')

    const error = await refused(client.sessions.me.query(undefined, { signal: AbortSignal.timeout(50) }))

    expect(error).toMatchObject({ refusal: 'timeout' })
  })

  test('ends when its caller gives up, while it waits for an answer', async () => {
    const stop = new AbortController()
    const hungUp = Promise.withResolvers<void>()
    const { client } = await behind((_count, _request, response) => response.once('close', hungUp.resolve))

    const call = refused(client.sessions.me.query(undefined, { signal: stop.signal }))
    setTimeout(() => stop.abort(), 50)

    expect(await call).toMatchObject({ refusal: 'aborted', isRetryable: false })
    await hungUp.promise
  })

  test('ends when its caller gives up, between two attempts', async () => {
    const { proxy, client } = await behind(
      (_count, _request, response) => response.writeHead(429, { 'retry-after': '20' }).end(),
      { timeoutMs: 60_000 },
    )
    const stop = new AbortController()

    const call = refused(client.sessions.me.query(undefined, { signal: stop.signal }))
    setTimeout(() => stop.abort(), 100)

    expect(await call).toMatchObject({ refusal: 'aborted' })
    expect(proxy.requests).toHaveLength(1)
  })

  test('is not sent when its caller has given up before', async () => {
    const { proxy, client } = await behind(() => undefined)

    expect(await refused(client.sessions.me.query(undefined, { signal: AbortSignal.abort() }))).toMatchObject({
      refusal: 'aborted',
    })
    expect(proxy.requests).toEqual([])
  })
})

describe('an error', () => {
  test('says what is wrong with which field', async () => {
    const error = await refused(client().customers.create.mutate({ businessName: '', tier: 'core', phoneNumber: '12' }))

    expect(error).toMatchObject({ name: 'TrunklineError', refusal: 'invalid', httpStatus: 400, isRetryable: false })
    expect(Object.keys(error.fields ?? {}).sort()).toEqual(['businessName', 'phoneNumber'])
    expect(error.requestId).toMatch(/^req_/)
    expect(isTrunklineError(error)).toBe(true)
  })

  test('has the word of the server', async () => {
    const viewer = client({ token: await server.world.signIn('viewer') })
    const id = `alr_${'0'.repeat(32)}`

    expect(await refused(client({ token: 'nobody' }).sessions.me.query())).toMatchObject({ refusal: 'unauthenticated' })
    expect(await refused(viewer.alerts.acknowledge.mutate({ id }))).toMatchObject({ refusal: 'forbidden' })
    expect(await refused(client().alerts.find.query({ id }))).toMatchObject({ refusal: 'not_found', httpStatus: 404 })
  })

  test('is one of the words there are, whatever the server calls it', async () => {
    const businessName = 'x'.repeat(2_000_000)

    expect(await refused(client().customers.create.mutate({ businessName, tier: 'core' }))).toMatchObject({
      refusal: 'invalid',
      httpStatus: 413,
      message: 'Request body is too large',
    })
  })

  test.each([
    ['a token of two lines', { token: 'tk_hush\ntk_hush' }, 'The token is one line of visible ASCII'],
    ['a token that no header can hold', { token: 'ключ-hush' }, 'The token is one line of visible ASCII'],
    ['a password in the url', { url: 'http://joe:hush@127.0.0.1/' }, 'The url holds a name or password: send a token'],
  ])('of %s comes at once and repeats nothing of it', (_what, options, message) => {
    expect(() => createClient({ url: server.url, ...options })).toThrow(new TypeError(message))
  })

  test('speaks when the url leads somewhere else', async () => {
    const elsewhere = await behind((_count, _request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>'),
    )

    for (const call of [elsewhere.client.sessions.me.query(), listen(elsewhere.client).next()])
      expect(await refused(call)).toMatchObject({
        refusal: 'internal',
        httpStatus: 200,
        message: 'The answer is not one of Trunkline: does the url lead to it?',
        isRetryable: false,
      })
  })

  test('names what kept the client from the server', async () => {
    const gone = await openProxy(server.url, () => undefined)
    await gone.close()

    const error = await refused(client({ url: gone.url, retry: false }).sessions.me.query())

    expect(error.message).toMatch(/^The server was not reached: connect ECONNREFUSED 127\.0\.0\.1:\d+$/)
    expect(error.httpStatus).toBeUndefined()
  })
})

const idIn = (body: string | undefined): string => JSON.parse(body ?? '{}').call?.call_id

const rowOf = (id: string) => ({
  id,
  provider: 'retell',
  door: 'events',
  url: '',
  remote_address: '',
  headers: [],
  body: '',
  body_encoding: 'utf8',
  body_bytes: 0,
  body_sha256: Buffer.alloc(32),
  verdict: 'verified',
  state: 'processed',
  received_at: new Date(),
})

/** A tail with bytes, until the test is over. */
function tailing(client: TrunklineClient, options: TailOptions = {}) {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const { promise: listening, resolve: onListening } = Promise.withResolvers<string>()
  const inbox = client.webhooks.tail({ bytes: true, signal: stop.signal, onListening, ...options })
  let next = inbox.next()
  // who is refused before anybody asks says so when somebody does
  next.catch(() => undefined)
  return {
    listening,
    stop: () => stop.abort(),
    async take(amount: number) {
      const seen: TailedWebhook[] = []
      while (seen.length < amount) {
        const { value } = await next
        seen.push(value ?? expect.fail('the tail ended'))
        next = inbox.next()
        next.catch(() => undefined)
      }
      return seen
    },
  }
}

const wire = (id: string) => `cus_${id.replaceAll('-', '')}`

function unavailable(response: Parameters<Mischief>[2]) {
  const data = { code: 'SERVICE_UNAVAILABLE', httpStatus: 503, refusal: 'unavailable' }
  return response
    .writeHead(503, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { message: 'Later', code: -32603, data } }))
}

/** The events of a client, until the test is over. */
function listen(client: TrunklineClient) {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const events = watch(client, { signal: stop.signal })
  const next = async () => {
    const { value } = await events.next()
    return value ?? expect.fail('the events ended')
  }
  return {
    next,
    async until(topic: LiveEvent['topics'][number]) {
      for (;;) {
        const event = await next()
        if (event.topics.includes(topic)) return event
      }
    },
  }
}
