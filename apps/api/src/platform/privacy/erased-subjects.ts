import { statement } from '@trunkline/db/connect'
import { erasedSubjects } from '@trunkline/db/schema/platform'
import type { Ctx } from '../context.ts'
import { hmacSha256 } from '../hmac.ts'

const subject = Buffer.from('erased subject ')
const bytesOf = new Map<string, Buffer>()

/** HMAC-SHA256 of the number under TRUNKLINE_KEY: each number that is heard of is asked for, many a second. */
function markOf(phoneNumber: string, key: string): Buffer {
  const bytes = bytesOf.get(key) ?? Buffer.from(key, 'hex')
  bytesOf.set(key, bytes)
  return hmacSha256(bytes, subject, phoneNumber)
}

/** From now on nothing is kept of who this is and what it says. */
export async function rememberErased(ctx: Ctx, phoneNumber: string): Promise<void> {
  const mark = markOf(phoneNumber, ctx.env.TRUNKLINE_KEY)
  await ctx.db.insert(erasedSubjects).values({ mark, erasedAt: ctx.now }).onConflictDoNothing()
}

/** Which of these numbers were erased, each with the name under which it is still told from others. One that has become a line of ours is a customer's again, and counts no more. */
export async function findErased(ctx: Ctx, phoneNumbers: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const asked = [...new Set(phoneNumbers)]
  if (asked.length === 0) return new Map()
  // most have never erased anybody: then nothing is hashed
  const [first] = await statement(ctx.db, 'select 1 as first from erased_subjects limit 1', [])
  if (first === undefined) return new Map()
  const found = await statement<{ number: string; mark: string }>(
    ctx.db,
    `select number, asked.mark from unnest($1::text[], $2::text[]) as asked (number, mark)
     where decode(asked.mark, 'hex') in (select mark from erased_subjects)
       and not exists (select 1 from agents where phone_number = number)`,
    [asked, asked.map((number) => markOf(number, ctx.env.TRUNKLINE_KEY).toString('hex'))],
  )
  return new Map(found.map(({ number, mark }) => [number, `erased:${mark.slice(0, 16)}`]))
}
