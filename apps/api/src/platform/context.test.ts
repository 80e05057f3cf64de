import { auditLog } from '@trunkline/db/schema/platform'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliverAlert } from '../alerts/deliver.ts'
import { openWorld, type World } from '../testing/world.ts'
import { audit } from './audit.ts'
import { actorLabel, type Ctx, inTransaction } from './context.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const entry = { action: 'test.act', subject: 'x' }
const rows = async () => (await world.db.select().from(auditLog)).length

test('inside a transaction there is no network: not by type, and not at all', async () => {
  const ctx = world.ctx()
  expect(ctx.net).toBeDefined()

  await inTransaction(ctx, async (ctx) => {
    // @ts-expect-error a transaction hands out no network
    expect(ctx.net).toBeUndefined()
  })
  const nested = inTransaction(ctx, (ctx) =>
    // @ts-expect-error no phone calls while a transaction is open
    deliverAlert(ctx, { alertId: '01890a5d-ac96-774b-bcce-b302099a8057' }),
  )

  await expect(nested).resolves.toBeUndefined()
})

test('what happens in a transaction becomes true together or not at all', async () => {
  const before = await rows()

  await expect(
    inTransaction(world.ctx(), async (ctx) => {
      await audit(ctx, entry)
      await inTransaction(ctx, (ctx) => audit(ctx, entry))
      throw new Error('after all not')
    }),
  ).rejects.toThrow('after all not')

  expect(await rows()).toBe(before)
})

test('a transaction within a transaction that fails takes back only its own part', async () => {
  const before = await rows()

  await inTransaction(world.ctx(), async (ctx) => {
    await audit(ctx, entry)
    await inTransaction(ctx, async (ctx) => {
      await audit(ctx, entry)
      throw new Error('only this')
    }).catch(() => undefined)
  })

  expect(await rows()).toBe(before + 1)
})

test('who did it is written in words', () => {
  const user: Ctx['actor'] = {
    kind: 'user',
    userId: 'u',
    email: 'ada@trunkline.example',
    name: null,
    role: 'operator',
    customerId: null,
    sessionId: 's',
  }

  expect([user, { kind: 'system', name: 'worker' } as const, { kind: 'anonymous' } as const].map(actorLabel)).toEqual([
    'user:ada@trunkline.example',
    'system:worker',
    'anonymous',
  ])
})

test('an audit row holds no full number and no secret (K-24)', async () => {
  await audit(world.ctx(), {
    ...entry,
    subject: 'masked',
    before: { phoneNumber: '+13125550101', note: 'password=hunter2hunter2' },
    after: { count: 3, isActive: true, gone: null },
  })

  const [row] = await world.owner`select before, after from audit_log where subject = 'masked'`
  expect(row).toEqual({
    before: { phoneNumber: '+13•••01', note: 'password=•••' },
    after: { count: 3, isActive: true, gone: null },
  })
})
