import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../platform/id.ts'
import { openWorld, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ env: { VOICE_STREAM_URL: 'wss://voice.trunkline.example/stream' } })
})
afterAll(() => world.close())

test('who is answered while the database is silent waits for it once: what kept his request has waited already', async () => {
  const { phoneNumber } = await world.customer({ agentId: 'agent_known', businessName: 'Harbor Plumbing' })
  const inbound = { event: 'call_inbound', call_inbound: { from_number: '+14155550123', to_number: phoneNumber } }
  await world.retell(inbound)
  const asked: string[] = []
  const silent = (query: string) => {
    asked.push(query)
    return new Promise(() => undefined)
  }
  const { unsafe } = world.intakePool
  const session = (world.db as unknown as { session: { client: { unsafe: unknown } } }).session.client
  const clientUnsafe = session.unsafe
  const timedOut = () => Promise.reject(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' }))
  Object.assign(world.intakePool, { unsafe: timedOut })
  session.unsafe = silent
  try {
    const name = newId().replaceAll('-', '')
    const agent = await world.retell(inbound)
    const call = await world.twilio('voice', {
      CallSid: `CA${name}`,
      CallStatus: 'ringing',
      Direction: 'inbound',
      From: '+14155550123',
      To: phoneNumber,
    })
    const help = await world.twilio('sms', {
      MessageSid: `SM${name}`,
      From: '+14155550123',
      To: phoneNumber,
      Body: 'HELP',
    })

    expect(agent.body).toMatchObject({
      call_inbound: { override_agent_id: 'agent_known', metadata: { flagged: 'true' } },
    })
    expect(call.body).toContain('<Parameter name="flagged" value="true"/>')
    expect(help.body).toContain('<Message>Harbor Plumbing answers')
    expect(asked).toEqual([])
    expect(world.spool.state().waiting).toBe(3)
  } finally {
    Object.assign(world.intakePool, { unsafe })
    session.unsafe = clientUnsafe
  }
})
