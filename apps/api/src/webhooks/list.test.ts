import { mostLooked } from '@trunkline/core/webhooks/search'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formsSecret, standardHeaders } from '../testing/signing.ts'
import { openWorld, retellCall, type World } from '../testing/world.ts'

type Listed = {
  items: { id: string; eventType: string | null; provider: string }[]
  nextCursor: string | null
  searched: { by: string; backTo: string | null } | null
}

const newer = mostLooked + 500
let world: World
let operator: string
let line: string
let call: ReturnType<typeof retellCall>
/** What came first, and so many others since. */
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
  line = (await world.customer()).phoneNumber
  call = retellCall({ to: line, seconds: 60 })
  for (const event of [call.started, call.ended, call.analyzed]) await world.retell(event)
  await world.stripe({ id: 'evt_the_first', object: 'event', type: 'trunkline.test', data: { object: {} } })
  await told('msg_of_the_forms', `{"type":"form.sent","about":"${call.id}","says":"Zürich, 100% sure"}`)
  await world.process()
  await world.owner`
    insert into webhook_queue (id, provider, door, event_type, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select uuidv7(n * interval '1 millisecond'), 'retell', 'events', case when n % 50 = 0 then 'call_noted' else 'call_unheard' end, 'x', '10.0.0.1', '[]', 'nothing special', 'utf8', 15, '\\x00', 'verified', 'processed', now()
    from generate_series(1, ${newer}::int) as n`
})
afterAll(() => world.close())

const told = (id: string, body: string) =>
  world.app.inject({
    method: 'POST',
    url: '/webhooks/standard/forms',
    headers: standardHeaders(body, { id, secret: formsSecret }),
    payload: body,
  })
const list = async (asked: Record<string, string>): Promise<Listed> =>
  (await world.rest('GET', `/api/admin/webhook-queue?${new URLSearchParams(asked)}`, { token: operator })).body
/** All pages of a list, each as it came. */
async function pagesOf(asked: Record<string, string>): Promise<Listed[]> {
  const pages = [await list(asked)]
  for (let last = pages[0]; last?.nextCursor; last = pages.at(-1)) {
    pages.push(await list({ ...asked, cursor: last.nextCursor }))
  }
  return pages
}
const typesIn = (page: Listed | undefined) => page?.items.map(({ eventType }) => eventType)

test('a text or a provider that is rare is searched so many rows a page; the page says how far, and the next finds what lies behind', async () => {
  const rare: Record<string, string>[] = [
    { provider: 'stripe' },
    { q: 'FORM.Sent' },
    { q: '100% sure' },
    { q: 'evt_the', provider: 'stripe' },
  ]
  for (const asked of rare) {
    const [first, second, ...more] = await pagesOf(asked)
    expect(first).toMatchObject({ items: [], searched: { by: 'rows', backTo: expect.stringMatching(/Z$/) } })
    expect(second?.items).toHaveLength(1)
    expect(second).toMatchObject({ nextCursor: null, searched: null })
    expect(more).toEqual([])
  }
  const nowhere = await pagesOf({ q: 'nowhere' })
  expect(nowhere.map(({ items, searched }) => [items.length, searched?.by])).toEqual([
    [0, 'rows'],
    [0, undefined],
  ])
})

test('what is common fills its pages and says nothing of searching, and walked to the end each comes once', async () => {
  const first = await list({ provider: 'retell', limit: '50' })
  expect(first.items).toHaveLength(50)
  expect(first.searched).toBeNull()
  const pages = await pagesOf({ q: 'noted', limit: '200' })
  const ids = pages.flatMap(({ items }) => items.map(({ id }) => id))
  expect(ids).toHaveLength(newer / 50)
  expect(new Set(ids).size).toBe(newer / 50)
})

test('the name of a call, an event or a webhook and a number are found at once, however much came since; then who else speaks of it, none twice', async () => {
  const [named, ...rest] = await pagesOf({ q: call.id })
  expect(typesIn(named)).toEqual(['call_analyzed', 'call_ended', 'call_started'])
  expect(named?.searched).toEqual({ by: 'index', backTo: null })
  expect(rest.flatMap(({ items }) => items).map(({ eventType }) => eventType)).toEqual(['form.sent'])

  const numbered = await list({ q: line })
  expect(typesIn(numbered)).toEqual(['call_analyzed', 'call_ended', 'call_started'])
  expect(typesIn(await list({ q: 'evt_the_first' }))).toEqual(['trunkline.test'])
  expect(typesIn(await list({ q: 'msg_of_the_forms' }))).toEqual(['form.sent'])
  const [own] = numbered.items
  expect((await list({ q: own?.id ?? '' })).items).toEqual([own])
  expect((await list({ q: call.id, provider: 'stripe' })).items).toEqual([])
  const refused = await world.rest('GET', '/api/admin/webhook-queue?cursor=tt', { token: operator })
  expect(refused.status).toBe(400)
})
