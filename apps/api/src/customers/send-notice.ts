import { alertReference } from '@trunkline/core/alerts/delivery'
import { isBlockCode } from '@trunkline/core/compliance/block-code'
import { channelFor, noticeText } from '@trunkline/core/customers/notice'
import { customers, noticePreferences, ownerNotices } from '@trunkline/db/schema/customers'
import { users } from '@trunkline/db/schema/sessions'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { mayContact } from '../compliance/may-contact.ts'
import { noteBlocks } from '../compliance/note-blocks.ts'
import type { Ctx, NetCtx } from '../platform/context.ts'
import { enqueue } from '../platform/job.ts'
import { step } from '../platform/step.ts'
import { CircuitOpenError } from '../providers/breaker.ts'
import { ProviderError } from '../providers/call.ts'
import { canSendMail, sendMail } from '../providers/mail/send.ts'
import { openSenders, sendByFirst, sendingNumbers, type TextSender } from '../providers/text-senders.ts'
import { sendNoticeSpec } from './notify-owner.ts'

type Notice = typeof ownerNotices.$inferSelect

/**
 * Tells an owner, once. The try is written before anything is sent. After a crash the providers are asked whether one took the text;
 * a mail server cannot be asked, so a mail whose fate nobody knows stays undecided and is not sent twice.
 */
export async function sendNotice(ctx: NetCtx, input: { noticeId: string }): Promise<void> {
  const taken = await take(ctx, input.noticeId)
  if (taken === undefined) return
  // whoever holds it may have died: it is looked at again when his minute is over
  if ('heldSeconds' in taken) return await enqueue(ctx, sendNoticeSpec, input, { afterSeconds: taken.heldSeconds })
  const { notice, wasSending } = taken
  const owner = await loadOwner(ctx, notice.customerId)
  if (owner.reach.phone !== null && !(await mayText(ctx, owner.reach.phone))) owner.reach.phone = null
  const way = channelFor(notice, owner)
  if (way.channel === 'none')
    return await settle(ctx, notice, { state: 'skipped', channel: 'none', reason: way.reason })
  const isOpen = way.channel === 'email' ? canSendMail(ctx) : openSenders(ctx.env).length > 0
  if (!isOpen) {
    const reason = way.channel === 'email' ? 'Mail is not configured' : 'No provider of texts is configured'
    return await settle(ctx, notice, { state: 'skipped', channel: way.channel, reason })
  }
  if (wasSending && way.channel === 'email')
    return await settle(ctx, notice, {
      state: 'undecided',
      channel: 'email',
      reason: 'The process ended while it was sent',
    })
  let chosen: TextSender | undefined
  const { subject, text, sms } = noticeText({ ...notice, publicUrl: ctx.env.PUBLIC_URL })
  try {
    step('customers.notice_sending')
    const providerMessageId =
      way.channel === 'email'
        ? await sendMail(ctx, { to: way.to, subject, text, reference: `notice.${notice.id}` }).then(() => null)
        : await textOnce(ctx, notice, { to: way.to, sms, wasSending, onChosen: (sender) => (chosen = sender) })
    step('customers.notice_sent')
    if (providerMessageId === refused)
      return await settle(ctx, notice, { state: 'skipped', channel: 'sms', reason: 'The recipient has said STOP' })
    await settle(ctx, notice, { state: 'sent', channel: way.channel, providerMessageId, sentAt: ctx.now })
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 500)
    if (error instanceof CircuitOpenError) {
      await settle(ctx, notice, { state: wasSending ? 'sending' : 'pending', reason })
      await enqueue(ctx, sendNoticeSpec, input, { afterSeconds: error.afterSeconds })
      return
    }
    const isRefused = error instanceof ProviderError && error.outcome === 'refused'
    const isUnknown = error instanceof ProviderError && error.outcome === 'unknown'
    if (isRefused && isBlockCode(error.code) && way.channel === 'sms')
      await noteBlocks(ctx, [{ line: chosen?.numberIn(ctx.env) ?? '', phoneNumber: way.to }])
    await settle(ctx, notice, { state: isRefused ? 'failed' : isUnknown || wasSending ? 'sending' : 'pending', reason })
    if (!isRefused) throw error
  }
}

const refused = Symbol('refused')

/** An owner's own phone, texted in our name. Whoever has said STOP to one of our numbers has said it to us. */
async function mayText(ctx: Ctx, phoneNumber: string): Promise<boolean> {
  for (const line of sendingNumbers(ctx.env)) {
    const contact = { customerId: null, line, phoneNumber, channel: 'sms', purpose: 'service' } as const
    if (!(await mayContact(ctx, contact)).allowed) return false
  }
  return true
}

type Text = { to: string; sms: string; wasSending: boolean; onChosen(sender: TextSender): void }

async function textOnce(ctx: NetCtx, notice: Notice, text: Text): Promise<string | typeof refused> {
  const senders = openSenders(ctx.env)
  const reference = alertReference(notice.id)
  if (text.wasSending) {
    for (const sender of senders) {
      const found = await sender.findSent(ctx, { to: text.to, reference, since: notice.createdAt, except: [] })
      if (found !== undefined) return found.id
    }
  }
  const sent = await sendByFirst(ctx, senders, {
    to: text.to,
    body: `${text.sms}\n${reference}`,
    // asked again: he may have said STOP since the way was chosen
    choose: async (sender) => {
      text.onChosen(sender)
      return await mayText(ctx, text.to)
    },
  })
  return sent?.id ?? refused
}

type Taken = { notice: Notice; wasSending: boolean } | { heldSeconds: number }

/** Takes the notice for this try. One that is being sent is taken over after a minute, by the database's clock. */
async function take(ctx: Ctx, noticeId: string): Promise<Taken | undefined> {
  const isFree = sql`(${ownerNotices.state} = 'pending' or (${ownerNotices.state} = 'sending' and ${ownerNotices.updatedAt} < now() - interval '1 minute'))`
  const [known] = await ctx.db
    .select({
      state: ownerNotices.state,
      heldSeconds: sql<number>`greatest(1, ceil(extract(epoch from ${ownerNotices.updatedAt} + interval '1 minute' - now())) + 1)::integer`,
    })
    .from(ownerNotices)
    .where(eq(ownerNotices.id, noticeId))
  if (known === undefined || !['pending', 'sending'].includes(known.state)) return undefined
  const [notice] = await ctx.db
    .update(ownerNotices)
    .set({ state: 'sending', attempts: sql`${ownerNotices.attempts} + 1`, updatedAt: sql`now()` })
    .where(and(eq(ownerNotices.id, noticeId), eq(ownerNotices.state, known.state), isFree))
    .returning()
  if (notice === undefined) return { heldSeconds: known.heldSeconds }
  return { notice, wasSending: known.state === 'sending' }
}

async function settle(ctx: Ctx, notice: Notice, end: Partial<Notice>): Promise<void> {
  await ctx.db
    .update(ownerNotices)
    .set({ ...end, updatedAt: sql`now()` })
    .where(and(eq(ownerNotices.id, notice.id), eq(ownerNotices.attempts, notice.attempts)))
}

async function loadOwner(ctx: Ctx, customerId: string) {
  const [customer] = await ctx.db.select().from(customers).where(eq(customers.id, customerId))
  const [preference] = await ctx.db.select().from(noticePreferences).where(eq(noticePreferences.customerId, customerId))
  const [user] = await ctx.db
    .select({ email: users.email })
    .from(users)
    .where(and(eq(users.customerId, customerId), inArray(users.role, ['owner']), eq(users.isActive, true)))
    .orderBy(users.id)
    .limit(1)
  const isHere = customer !== undefined && customer.status !== 'closed'
  return {
    reach: {
      email: isHere ? (customer.ownerEmail ?? user?.email ?? null) : null,
      phone: isHere ? customer.contactPhone : null,
    },
    preference,
  }
}
