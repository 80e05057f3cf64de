import {
  type Channel,
  type Consents,
  type ContactDecision,
  decideContact,
  type Purpose,
} from '@trunkline/core/compliance/consent'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { contactDecisions } from '../platform/metrics.ts'

export type Contact = {
  /** In whose name; null in our own. */
  customerId: string | null
  /** The number that it goes out from; null is any of the customer's. */
  line: string | null
  phoneNumber: string
  channel: Channel
  purpose: Purpose
}

/**
 * The one gate before every text and call that goes out: asked when it is decided on and again when it is sent. While the database
 * cannot be asked nobody is contacted. What goes to the operator on duty does not come by here: whose phone that is, is configured.
 */
export async function mayContact(ctx: Ctx, contact: Contact): Promise<ContactDecision> {
  const decision = await decide(ctx, contact)
  contactDecisions.inc({ channel: contact.channel, outcome: decision.allowed ? 'allowed' : decision.reason })
  return decision
}

async function decide(ctx: Ctx, contact: Contact): Promise<ContactDecision> {
  // before the ledger: what leaves the spool is written down by then
  if (ctx.hasStopped(contact.phoneNumber)) return { allowed: false, reason: 'revoked' }
  return decideContact({ consents: await consentsOf(ctx, contact), purpose: contact.purpose })
}

/**
 * When each was last said to this line or, whatever the line, to this customer; where no line is named also to what is its line by now, and
 * in our own name to any line of nobody's, which may have been ours. A provider's block counts as the text by which the same person said so.
 */
async function consentsOf(ctx: Ctx, contact: Contact): Promise<Consents> {
  const rows = await statement<{ said: keyof Consents; at: string }>(
    ctx.db,
    `select case when action = 'revoke' and (method in ('keyword', 'phrase') or (method = 'provider' and exists (
         select 1 from consents as text where text.phone_number = $1 and text.channel = $2 and text.line = consents.line
           and text.action = 'revoke' and text.method in ('keyword', 'phrase') and text.occurred_at >= consents.occurred_at
       ))) then 'revokedByText' when action = 'revoke' then 'revokedOtherwise'
       when action = 'restore' then 'restored' else 'granted' end as said, max(occurred_at) as at
     from consents where phone_number = $1 and channel = $2 and (line = $3 or customer_id = nullif($4::text, '')::uuid
       or ($4::text = '' and customer_id is null) or ($3::text is null and line in (select phone_number from agents where customer_id = nullif($4::text, '')::uuid))) group by 1`,
    [contact.phoneNumber, contact.channel, contact.line, contact.customerId ?? ''],
  )
  return Object.fromEntries(rows.map(({ said, at }) => [said, Date.parse(at)]))
}
