import { may, type Permission, permissions, type Role, roles } from '@trunkline/core/sessions/permission'
import { keyMay, type Scope } from '@trunkline/core/sessions/scope'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiMeta } from './platform/trpc.ts'
import { appRouter } from './router.ts'
import { openWorld, type World } from './testing/world.ts'

type Procedure = { _def: { type: 'query' | 'mutation' | 'subscription'; meta?: ApiMeta } }
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>).map(
  ([path, { _def }]) => ({
    path,
    type: _def.type,
    permission: _def.meta?.permission,
    openapi: _def.meta?.openapi,
  }),
)
const callers: (Role | 'anonymous')[] = ['anonymous', ...roles]

let world: World
let customerId: string
beforeAll(async () => {
  world = await openWorld()
  ;({ id: customerId } = await world.customer())
})
afterAll(() => world.close())

/** A fresh session each: some procedures end it. */
async function headersOf(caller: Role | 'anonymous'): Promise<Record<string, string>> {
  if (caller === 'anonymous') return {}
  return { authorization: `Bearer ${await world.signIn(caller, caller === 'owner' ? customerId : null)}` }
}

const mayCall = (caller: Role | 'anonymous', permission: Permission | 'public') =>
  permission === 'public' || (caller !== 'anonymous' && may(caller, permission))

test('every procedure says who may call it', () => {
  expect(procedures.length).toBeGreaterThan(25)
  const silent = procedures.filter(
    ({ permission }) => permission === undefined || !(permission in { ...permissions, public: true }),
  )
  expect(silent).toEqual([])
})

test('everything but the live channels is at a REST path too, in one place each', () => {
  expect(procedures.filter(({ openapi }) => openapi === undefined).map(({ path }) => path)).toEqual([
    'webhooks.tail',
    'live.watch',
  ])
  const places = procedures.flatMap(({ openapi }) =>
    openapi === undefined ? [] : [`${openapi.method} ${openapi.path}`],
  )
  expect(new Set(places).size).toBe(places.length)
})

test('strangers and owners get in where that was meant, and nowhere else (C-1, K-29, V-10)', () => {
  const open = (caller: 'anonymous' | 'owner') =>
    procedures
      .filter(({ permission = 'staff' }) => mayCall(caller, permission))
      .map(({ path }) => path)
      .sort()

  expect(open('anonymous')).toEqual([
    'errors.report',
    'onboarding.acceptInvitation',
    'onboarding.register',
    'sessions.login',
    'sessions.loginWithCode',
    'sessions.passkeys.beginSignIn',
    'sessions.passkeys.signIn',
    'sessions.requestReset',
    'sessions.resetPassword',
  ])
  expect(open('owner')).toEqual([
    'billing.checkout',
    'billing.invoicePreview',
    'billing.invoices.list',
    'billing.lines.list',
    'billing.overview',
    'billing.portal',
    'billing.request',
    'billing.whatIf',
    'compliance.check',
    'customers.notices.list',
    'customers.notices.preference',
    'customers.notices.setPreference',
    'errors.report',
    'onboarding.acceptInvitation',
    'onboarding.register',
    'owners.invite',
    'owners.list',
    'sessions.changePassword',
    'sessions.confirmSecondFactor',
    'sessions.list',
    'sessions.login',
    'sessions.loginWithCode',
    'sessions.logout',
    'sessions.me',
    'sessions.passkeys.add',
    'sessions.passkeys.begin',
    'sessions.passkeys.beginSignIn',
    'sessions.passkeys.list',
    'sessions.passkeys.remove',
    'sessions.passkeys.rename',
    'sessions.passkeys.signIn',
    'sessions.renewRecoveryCodes',
    'sessions.requestReset',
    'sessions.resetPassword',
    'sessions.revoke',
    'sessions.revokeOthers',
    'sessions.savedFilters.forget',
    'sessions.savedFilters.list',
    'sessions.savedFilters.rename',
    'sessions.savedFilters.save',
    'sessions.secondFactor',
    'sessions.startSecondFactor',
    'sessions.turnOffSecondFactor',
    'usage.check',
    'usage.credits.list',
    'usage.holds.list',
    'usage.ledger',
    'usage.projection',
    'usage.series',
    'usage.settle',
    'usage.status',
    'usage.tierChanges.list',
    'usage.tiers.list',
    'usage.topups.list',
    'views.end',
  ])
})

test('an API key gets in where its scopes say, and changes nothing but by asking for usage, replaying and reporting alerts', () => {
  const openTo = (scope: Scope) =>
    procedures
      .filter(
        ({ permission = 'staff' }) =>
          permission !== 'public' && keyMay({ scopes: [scope], customerId: null }, permission),
      )
      .map(({ path, type }) => ({ path, type }))
  const paths = (scope: Scope) => openTo(scope).map(({ path }) => path)

  expect(paths('usage:read')).toEqual([
    'usage.status',
    'usage.series',
    'usage.ledger',
    'usage.projection',
    'usage.holds.list',
    'usage.credits.list',
    'usage.tiers.list',
    'usage.topups.list',
    'usage.tierChanges.list',
  ])
  expect(paths('usage:ask')).toEqual(['usage.check', 'usage.settle', 'compliance.check'])
  expect(paths('alerts:raise')).toEqual(['alerts.report'])
  expect(paths('compliance:audit')).toEqual([])
  expect(paths('webhooks:read')).toEqual(['webhooks.list', 'webhooks.tail', 'webhooks.find'])
  expect(paths('webhooks:replay')).toEqual(['webhooks.replay'])
  expect(openTo('operations:read').filter(({ type }) => type === 'mutation')).toEqual([])
})

test('who only reads cannot change anything but his own sessions; like anybody he may tell of an error', () => {
  const changing = procedures.filter(
    ({ type, permission = 'staff' }) => type === 'mutation' && mayCall('viewer', permission),
  )

  expect(changing.map(({ path }) => path).filter((path) => !/^(?:sessions|onboarding|views)\./.test(path))).toEqual([
    'errors.report',
  ])
})

test.each(procedures.filter(({ type }) => type !== 'subscription'))(
  '$path is open to those and only those who may',
  async ({ path, type, permission = 'staff', openapi }) => {
    for (const caller of callers) {
      const url = `/api${openapi?.path ?? ''}`.replaceAll(/\{\w+\}/g, 'x')
      const answers = [
        await world.app.inject({
          method: type === 'query' ? 'GET' : 'POST',
          url: `/trpc/${path}`,
          headers: await headersOf(caller),
          ...(type === 'query' ? {} : { payload: { none: true } }),
        }),
        await world.app.inject({
          method: openapi?.method ?? 'GET',
          url,
          headers: await headersOf(caller),
          ...(openapi?.method === 'GET' ? {} : { payload: { none: true } }),
        }),
      ]
      for (const { statusCode } of answers) {
        if (mayCall(caller, permission))
          expect([caller, statusCode]).toEqual([caller, expect.toBeOneOf([200, 400, 409])])
        else expect([caller, statusCode]).toEqual([caller, caller === 'anonymous' ? 401 : 403])
      }
    }
  },
)

test('the live channel is open to staff, and ends for nobody else', async () => {
  for (const caller of callers) {
    const ending = new AbortController()
    const answer = await world.app.inject({
      url: '/trpc/live.watch',
      headers: { ...(await headersOf(caller)), accept: 'text/event-stream' },
      payloadAsStream: true,
      signal: ending.signal,
    })
    const [first] = await answer.stream().take(1).toArray()
    expect([caller, /UNAUTHORIZED|FORBIDDEN/.test(String(first))]).toEqual([caller, !mayCall(caller, 'staff')])
    ending.abort()
  }
})
