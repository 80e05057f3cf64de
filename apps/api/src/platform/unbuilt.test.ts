import { existsSync, globSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../testing/world.ts'
import { unbuilt } from './unbuilt.ts'

const cronSecret = 'the runner knows this'
let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld({ env: { CRON_SECRET: cronSecret } })
  operator = await world.signIn('operator')
})
afterAll(() => world.close())

/** Every path that the first customers' documents name, and the domain that will answer it, or what does now. */
const named: [method: 'GET' | 'POST' | 'DELETE', path: string, answer: number | string][] = [
  ['GET', '/admin/ops', 200],
  ['POST', '/admin/webhook-queue/whk_00000000000000000000000000000000/replay', 404],
  ['POST', '/admin/reconciliation-runs/trigger', 200],
  ['GET', '/api/sessions', 200],
  ['POST', '/api/change-password', 400],
  ['GET', '/api/health', 200],
  ['GET', '/api/health/detailed', 200],
  ['POST', '/api/auth/login', 400],
  ['POST', '/api/auth/login-simple', 400],
  ['POST', '/api/auth/register', 400],
  ['POST', '/api/auth/register-simple', 400],
  ['POST', '/api/retell/webhook', 401],
  ['POST', '/retell-webhook', 401],
  ['POST', '/api/telnyx/voice-webhook', 401],
  ['POST', '/api/sms/webhook', 401],
  ['POST', '/stripe-webhook', 401],
  ['GET', '/api/admin/stuck-clients', 'onboarding'],
  ['GET', '/api/admin/stuck-clients?severity=HIGH', 'onboarding'],
  ['GET', '/api/admin/stuck-clients?terminal=true', 'onboarding'],
  ['GET', '/api/admin/alert-stats?hours=24', 'alerts'],
  ['GET', '/api/analytics/ai-insights', 'insights'],
  ['GET', '/api/dashboard/data', 'insights'],
  ['GET', '/api/websocket/dashboard/biz_1', 'insights'],
  ['GET', '/api/employee/leads', 'outreach'],
  ['POST', '/api/internal/outreach-runner', 'outreach'],
  ['GET', '/api/internal/compliance/audit', 403],
  ['POST', '/functions/v1/calls-start', 'calls'],
  ['POST', '/functions/v1/health-check', 'monitors'],
  ['POST', '/functions/v1/ops-health-run', 'monitors'],
  ['POST', '/functions/v1/twilio-status', 'calls'],
  ['POST', '/functions/v1/twilio-voice', 'calls'],
]

test.each(named)('%s %s answers %s', async (method, url, expected) => {
  const answer = await world.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${operator}`, 'x-cron-secret': cronSecret },
    ...(method === 'GET' ? {} : { payload: {} }),
  })

  if (typeof expected === 'number') expect(answer.statusCode).toBe(expected)
  else
    expect([answer.statusCode, answer.json()]).toEqual([
      501,
      { error: { code: 'not_built', message: `The domain «${expected}» does not answer yet` } },
    ])
})

test('whatever is promised and not built says so by its domain, and nothing of it answers with success (C-14, V-6)', async () => {
  for (const { path, domain } of unbuilt.filter(({ path }) => path !== '/api/internal/compliance/audit')) {
    const { statusCode, body } = await world.app.inject({
      method: 'POST',
      url: path.replaceAll(/:\w+/g, 'x'),
      headers: { 'x-cron-secret': cronSecret },
      payload: {},
    })
    expect([path, statusCode]).toEqual([path, 501])
    expect(body).toContain(`«${domain}»`)
  }
})

const seeds = new URL('../../../../../shared/seeds/', import.meta.url)

test.runIf(existsSync(seeds))('no path of the first customers’ documents is left out', () => {
  const texts = globSync('*.txt', { cwd: seeds }).map((name) => readFileSync(new URL(name, seeds), 'utf8'))
  const paths = texts.flatMap((text) =>
    [
      ...text.matchAll(
        /(?<![\w.])(?:https?:\/\/[^/\s`"']+|wss:\/\/[^/\s`"']+)?(\/(?:api|admin|functions\/v1)\/[\w\-/:]+)/g,
      ),
    ].map(([, path]) => path ?? ''),
  )
  const pattern = (path: string) => path.replaceAll(/:\w+|whk_0+|biz_1/g, '*').replace(/\?.*$/, '')
  const known = named.map(([, path]) => pattern(path))

  expect(paths.length).toBeGreaterThan(20)
  // a folder of pages or of paths is named as such: `/api/employee/*`, `/api/websocket/dashboard/<id>`
  const missing = [...new Set(paths.map(pattern))].filter(
    (path) => !known.some((one) => one === path || one.startsWith(path)),
  )
  expect(missing).toEqual([])
})
