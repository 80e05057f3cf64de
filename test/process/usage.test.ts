import { expect } from 'vitest'
import { signTwilio } from '../../apps/sim/src/twilio/sign.ts'
import { callerNumber, post, ringing } from './provider.ts'
import { type Process, type Stage, test, until } from './stage.ts'

type Answer = { status: number; body: Record<string, unknown> }

/** Asks as the admin; a process that dies meanwhile answers nothing. */
async function ask(api: Process, token: string, path: string, body: object): Promise<Answer | undefined> {
  try {
    const answer = await fetch(`${api.url}/api${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  } catch {
    return undefined
  }
}

const wireOf = (id: string) => `cus_${id.replaceAll('-', '')}`

async function standing({ sql }: Stage, id: string) {
  const [row] = await sql`
    select call_credit_seconds::int as credit, call_cap_seconds::int as cap, call_used_seconds::int as used,
      call_reserved_seconds::int as reserved, force_pause as paused,
      (select coalesce(sum(remaining), 0)::int from usage_credits where customer_id = ${id} and ended_at is null) as grants,
      (select coalesce(sum(quantity), 0)::int from usage_entries where customer_id = ${id}) as ledger,
      (select coalesce(sum(quantity), 0)::int from usage_hours where customer_id = ${id}) as hours,
      (select count(*)::int from usage_tier_changes where customer_id = ${id}) as changes,
      (select count(*)::int from usage_periods where customer_id = ${id}) as periods,
      (select count(*)::int from audit_log where customer_id = ${id} and action like 'usage.%') as audited
    from usage_limits where customer_id = ${id}`
  return row
}

test.concurrent('killed in the midst of a grant, an adjustment, a change of tier, a pause or a new month: nothing of it is there, and asking again does it once', async ({
  stage,
}) => {
  let api = await stage.start({ role: 'web' })
  const { id } = await stage.customer(api, 'core')
  const customerId = wireOf(id)
  const reason = 'Killed in the midst of it'
  const acts = [
    ['usage.credit_written', '/admin/usage/credits', { meter: 'call_seconds', quantity: 600, requestKey: 'one' }],
    [
      'usage.adjustment_written',
      '/admin/usage/adjustments',
      { meter: 'call_seconds', quantity: 90, requestKey: 'one' },
    ],
    ['usage.tier_written', '/admin/usage/tier-changes', { tier: 'pro', when: 'now', requestKey: 'one' }],
    ['usage.pause_written', '/admin/usage/pause', {}],
  ] as const

  for (const [step, path, input] of acts) {
    const body = { customerId, reason, ...input }
    const before = await standing(stage, id)
    const token = await stage.signIn(api)
    await api.killAt(step)
    expect(await ask(api, token, path, body), step).toBe(undefined)
    expect(await api.exited, step).toBe('SIGKILL')
    expect(await standing(stage, id), step).toEqual(before)

    api = await api.restart()
    const again = await stage.signIn(api)
    for (const _twice of [1, 2]) expect((await ask(api, again, path, body))?.status, step).toBe(200)
    expect((await standing(stage, id))?.audited, step).toBe(before?.audited + 1)
  }
  const whole = { credit: 600, grants: 600, used: 90, ledger: 90, hours: 90, cap: 18_000, changes: 1, paused: true }
  expect(await standing(stage, id)).toMatchObject(whole)

  await stage.sql`update usage_limits set period_start = period_start - interval '40 days', period_end = now() - interval '1 second' where customer_id = ${id}`
  const token = await stage.signIn(api)
  await api.killAt('usage.period_written')
  const question = { customerId, kind: 'call', quantity: 60 }
  expect(await ask(api, token, '/usage/check', question)).toBe(undefined)
  expect(await api.exited).toBe('SIGKILL')
  expect(await standing(stage, id)).toMatchObject({ ...whole, periods: 0 })
  api = await api.restart()
  await ask(api, await stage.signIn(api), '/usage/check', question)
  expect(await standing(stage, id)).toMatchObject({ credit: 600, used: 0, ledger: 90, periods: 1, paused: true })
})

test.concurrent('64 that ask two processes at once never pass the hard limit, and one of them killed before it reserves promises nothing, after it what its hold says (K-10)', async ({
  stage,
}) => {
  const [one, two] = await Promise.all([
    stage.start({ role: 'web', data: 'one' }),
    stage.start({ role: 'web', data: 'two' }),
  ])
  const { id } = await stage.customer(one, 'core')
  await stage.sql`update usage_limits set call_cap_seconds = 1000, grace_seconds = 60 where customer_id = ${id}`
  const token = await stage.signIn(one)
  const question = { customerId: wireOf(id), kind: 'call', quantity: 60 }

  let again = two
  for (const [step, reserved] of [
    ['usage.reserving', 0],
    ['usage.reserved', 60],
  ] as const) {
    await again.killAt(step)
    expect(await ask(again, token, '/usage/check', question), step).toBe(undefined)
    expect(await again.exited, step).toBe('SIGKILL')
    expect(await standing(stage, id), step).toMatchObject({ reserved })
    const [held] =
      await stage.sql`select coalesce(sum(quantity), 0)::int as quantity from usage_holds where customer_id = ${id}`
    expect(held, step).toEqual({ quantity: reserved })
    again = await again.restart()
  }
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, index) => ask(index % 2 === 0 ? one : again, token, '/usage/check', question)),
  )

  expect(answers.filter((answer) => answer?.body.allowed)).toHaveLength(16)
  expect(await standing(stage, id)).toMatchObject({ reserved: 1020 })
  const [held] =
    await stage.sql`select sum(quantity)::int as quantity from usage_holds where customer_id = ${id} and state = 'open'`
  expect(held?.quantity).toBe(1020)
})

test.concurrent('while the way to the database is cut calls that come in are let through and flagged, calls out and texts are refused, and nothing of it is promised', async ({
  cutStage: stage,
}) => {
  const api = await stage.start({ env: { VOICE_STREAM_URL: 'wss://voice.trunkline.example/stream' } })
  const { id, phoneNumber } = await stage.customer(api, 'core')
  const token = await stage.signIn(api)
  const rings = async (sid: string) => {
    const form = {
      AccountSid: stage.account.twilioAccountSid,
      CallSid: sid,
      CallStatus: 'ringing',
      Direction: 'inbound',
      From: callerNumber,
      To: phoneNumber,
    }
    const signature = signTwilio(
      `${stage.account.publicUrl}/webhooks/twilio/voice`,
      form,
      stage.account.twilioAuthToken,
    )
    return await post(api, {
      path: '/webhooks/twilio/voice',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
      body: new URLSearchParams(form).toString(),
    })
  }
  const agentRings = () => stage.provider.tell(api, ringing(phoneNumber))
  const asks = (kind: string, direction: string) =>
    ask(api, token, '/usage/check', { customerId: wireOf(id), kind, quantity: 1, direction })
  const flagged = 'name="flagged" value="true"'

  const before = await rings('CA1')
  expect(before?.body).toContain('<Stream')
  expect(before?.body).not.toContain(flagged)
  const promised = await standing(stage, id)

  await stage.line.cut()
  for (const sid of ['CA2', 'CA3']) {
    const answer = await rings(sid)
    expect(answer?.status).toBe(200)
    expect(answer?.body).toContain('<Stream')
    expect(answer?.body).toContain(flagged)
  }
  expect(JSON.parse((await agentRings())?.body ?? '{}')).toMatchObject({
    call_inbound: { metadata: { flagged: 'true' } },
  })
  for (const [kind, direction] of [
    ['call', 'outbound'],
    ['sms', 'outbound'],
  ] as const) {
    const answer = await asks(kind, direction)
    expect(answer?.body.allowed === true, `${kind} ${direction}`).toBe(false)
    expect(answer?.status, `${kind} ${direction}`).toBe(503)
  }
  expect(await standing(stage, id)).toEqual(promised)

  await stage.line.mend()
  await until('whoever asks is answered again', async () => (await asks('call', 'outbound'))?.body.allowed === true)
  const after = await rings('CA4')
  expect(after?.body).not.toContain(flagged)
  const [away] = await stage.sql`select count(*)::int as holds from usage_holds where provider_id in ('CA2', 'CA3')`
  expect(away).toEqual({ holds: 0 })
})
