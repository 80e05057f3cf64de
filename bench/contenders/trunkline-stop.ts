import { createHmac, randomUUID } from 'node:crypto'
import { mayContact } from '../../apps/api/src/compliance/may-contact.ts'
import { notifyOwners } from '../../apps/api/src/customers/notify-owner.ts'
import { sendNotice } from '../../apps/api/src/customers/send-notice.ts'
import { post } from '../../test/process/wire.ts'
import { openProduct, serveMessages } from './product.ts'

// owners say STOP at the door of a busy process; here, as in any other process, it is asked whether they may be texted
const lanes = 4

let texts = 0
const { env, pool, ctx } = await openProduct({
  max: lanes,
  level: 'fatal',
  fetch: async () => {
    texts++
    const sid = `SM${randomUUID().replaceAll('-', '')}`
    return Response.json({ sid, status: 'queued', to: '', body: '' }, { status: 201 })
  },
})
const line = env.TWILIO_NUMBER ?? ''
serveMessages(measure)

type Owner = { phone: string; notice: string }

async function measure(origin: string): Promise<void> {
  const owners = await ownersWithNotice()
  const [someone] = owners.splice(0, 1)
  await sendNotice(ctx(), { noticeId: someone?.notice ?? '' })
  if (texts !== 1) throw new Error('nobody is texted, whatever he said')
  texts = 0
  const times = { door: [] as number[], decided: [] as number[], sent: [] as number[] }
  let allowed = 0
  const lane = async () => {
    for (let owner = owners.pop(); owner !== undefined; owner = owners.pop()) {
      const { phone, notice } = owner
      const contact = { customerId: null, line, phoneNumber: phone, channel: 'sms', purpose: 'service' } as const
      if (!(await mayContact(ctx(), contact)).allowed) throw new Error('refused before STOP was said')
      const { headers, body } = stopFrom(phone)
      const began = performance.now()
      const answer = await post(`${origin}/webhooks/twilio/sms`, headers, body)
      const acknowledged = performance.now()
      if (answer?.status !== 200) throw new Error(`STOP was answered ${answer?.status}`)
      while ((await mayContact(ctx(), contact)).allowed) allowed++
      const decided = performance.now()
      await sendNotice(ctx(), { noticeId: notice })
      times.door.push(acknowledged - began)
      times.decided.push(decided - acknowledged)
      times.sent.push(performance.now() - decided)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  process.stdout.write(`done ${JSON.stringify({ ...times, allowed, texts })}\n`)
}

/** A notice waits for each of them, which would go out as a text. */
async function ownersWithNotice(): Promise<Owner[]> {
  const found = await pool<{ id: string }[]>`select id from customers`
  await notifyOwners(
    ctx(),
    found.map(({ id }) => ({ customerId: id, kind: 'usage_warning', noticeKey: `bench:${id}`, facts: {} })),
  )
  return await pool<Owner[]>`
    select contact_phone as phone, owner_notices.id as notice
    from customers join owner_notices on owner_notices.customer_id = customers.id`
}

function stopFrom(phone: string) {
  const form = {
    AccountSid: env.TWILIO_ACCOUNT_SID ?? '',
    Body: 'STOP',
    From: phone,
    MessageSid: `SM${randomUUID().replaceAll('-', '')}`,
    NumSegments: '1',
    To: line,
  }
  const signed = `${env.PUBLIC_URL}/webhooks/twilio/sms${Object.entries(form).flat().join('')}`
  const signature = createHmac('sha1', env.twilioSecrets[0] ?? '')
    .update(signed)
    .digest('base64')
  return {
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
  }
}
