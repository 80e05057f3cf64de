import { createHash } from 'node:crypto'
import { spellingPattern } from '@trunkline/core/numbers/spellings'
import { type Parameter, statement } from '@trunkline/db/connect'
import type { Ctx } from '../context.ts'

/** About whom something is held: a customer, or a phone number, which is nobody's line of ours. */
export type Subject = { customerId: string } | { phoneNumber: string }

/**
 * What becomes of rows about somebody. `where` stands over `$1`, the customer's id or the number, and for a number `$2`, the
 * pattern of all ways in which it is written. `walk`: no index leads there, so the whole table is passed through, piece by
 * piece. `later`: rows that are counted and not touched yet, because they must be done first; what does them shreds them.
 */
type Rule = { where: string; walk?: true; later?: string } & ({ set: string } | { remove: true } | { keep: string })

/** What a table holds about somebody. Each domain says it of its own tables; erasing, exporting and retention go by it. */
export type Holding = {
  table: string
  /** Its key, where that is not `id`. A table that is walked has a time-ordered `id`. */
  key?: string
  ofCustomer?: Rule
  ofNumber?: Rule
  /** What no export may contain. */
  hidden?: readonly string[]
  /** What is shredded after its time is over, whoever it is about. `waits` is what may not be lost, however old it is. */
  retention?: { kind: 'bytes' | 'events'; set: string; waits: string }
}

export const fates = ['shredded', 'removed', 'kept'] as const
export type HeldRows = { table: string; rows: number; fate: (typeof fates)[number]; why: string | null }

const piece = 5000

export const ruleOf = (holding: Holding, subject: Subject): Rule | undefined =>
  'customerId' in subject ? holding.ofCustomer : holding.ofNumber

export const parametersOf = (subject: Subject): Parameter[] =>
  'customerId' in subject ? [subject.customerId] : [subject.phoneNumber, spellingPattern(subject.phoneNumber)]

/** The condition of a rule. A parameter that it does not use needs a type all the same. */
export const conditionOf = (rule: Rule, subject: Subject): string =>
  'customerId' in subject ? rule.where : `$1::text <> '' and $2::text <> '' and (${rule.where})`

/** The ids of the rows in a table that no index leads to, piece by piece. */
export async function* walk(ctx: Ctx, holding: Holding, rule: Rule, subject: Subject): AsyncGenerator<string[]> {
  const parameters = parametersOf(subject)
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const [found] = await statement<{ hits: string[] | null; last: string | null }>(
      ctx.db,
      `select array_agg(id::text order by id) filter (where hit) as hits, (array_agg(id::text order by id desc))[1] as last
       from (select id, coalesce(${conditionOf(rule, subject)}, false) as hit
             from (select * from ${holding.table} where id > $${parameters.length + 1}::text::uuid order by id limit ${piece}) as ${holding.table}) as looked`,
      [...parameters, after],
    )
    if (found?.hits) yield found.hits
    if (!found?.last) return
    after = found.last
  }
}

/** How many rows of each table are about somebody, and what would become of them. */
export async function countHeld(ctx: Ctx, holdings: readonly Holding[], subject: Subject): Promise<HeldRows[]> {
  const held: HeldRows[] = []
  for (const holding of holdings) {
    const rule = ruleOf(holding, subject)
    if (rule === undefined) continue
    const fate = 'set' in rule ? 'shredded' : 'remove' in rule ? 'removed' : 'kept'
    const rows = await countRows(ctx, holding, rule, subject)
    held.push({ table: holding.table, rows, fate, why: 'keep' in rule ? rule.keep : null })
  }
  return held
}

async function countRows(ctx: Ctx, holding: Holding, rule: Rule, subject: Subject): Promise<number> {
  if (rule.walk) {
    let rows = 0
    for await (const ids of walk(ctx, holding, rule, subject)) rows += ids.length
    return rows
  }
  const [counted] = await statement<{ rows: string }>(
    ctx.db,
    `select count(*) as rows from ${holding.table} where ${conditionOf(rule, subject)}`,
    parametersOf(subject),
  )
  return Number(counted?.rows ?? 0)
}

/** Does to the rows what the rules say, where an index leads to them: on the caller's transaction. */
export async function eraseAtOnce(ctx: Ctx, holdings: readonly Holding[], subject: Subject): Promise<void> {
  for (const holding of holdings) {
    const rule = ruleOf(holding, subject)
    if (rule === undefined || rule.walk || 'keep' in rule) continue
    const change = 'set' in rule ? `update ${holding.table} set ${rule.set}` : `delete from ${holding.table}`
    await statement(ctx.db, `${change} where ${conditionOf(rule, subject)}`, parametersOf(subject))
  }
}

/** The same for tables that are walked: each piece commits by itself, and a repetition goes on where it stopped. */
export async function eraseByWalking(ctx: Ctx, holdings: readonly Holding[], subject: Subject): Promise<number> {
  let erased = 0
  for (const holding of holdings) {
    const rule = ruleOf(holding, subject)
    if (!rule?.walk || !('set' in rule)) continue
    const now = rule.later === undefined ? rule : { ...rule, where: `(${rule.where}) and not (${rule.later})` }
    const parameters = parametersOf(subject)
    for await (const ids of walk(ctx, holding, now, subject)) {
      // asked again under the row's lock: what has come back to life since must be done first
      const rows = await statement(
        ctx.db,
        `update ${holding.table} set ${rule.set}
         where id = any (($${parameters.length + 1}::text[])::uuid[]) and (${conditionOf(now, subject)}) returning id`,
        [...parameters, ids],
      )
      erased += rows.length
    }
  }
  return erased
}

/** What a plan is known by: who runs it says that he has seen this one and no other. */
export const hashOfPlan = (plan: object): string => createHash('sha256').update(JSON.stringify(plan)).digest('hex')
