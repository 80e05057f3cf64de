import { maskPhone } from '@trunkline/core/platform/mask'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { rawOf, statement } from '@trunkline/db/connect'
import { audit } from '../audit.ts'
import { actorLabel, type Ctx } from '../context.ts'
import { conditionOf, type Holding, parametersOf, ruleOf, type Subject, walk } from './holding.ts'

/**
 * Everything that is held about a customer or a number, one JSON object a line, as it is read: nothing is gathered first.
 * The last line says how many came before it, so that a copy that broke off can be told.
 */
export async function* exportHeld(ctx: Ctx, holdings: readonly Holding[], subject: Subject): AsyncGenerator<string> {
  await audit(ctx, {
    action: 'privacy.export',
    subject:
      'customerId' in subject ? toWireId('customer', subject.customerId) : `number:${maskPhone(subject.phoneNumber)}`,
    customerId: 'customerId' in subject ? subject.customerId : null,
  })
  yield `${JSON.stringify({ about: subject, at: ctx.now.toISOString(), by: actorLabel(ctx.actor) })}\n`
  let rows = 0
  for (const holding of holdings) {
    for await (const row of rowsOf(ctx, holding, subject)) {
      rows++
      yield `{"table":"${holding.table}","row":${row}}\n`
    }
  }
  yield `${JSON.stringify({ end: true, rows })}\n`
}

async function* rowsOf(ctx: Ctx, holding: Holding, subject: Subject): AsyncGenerator<string> {
  const rule = ruleOf(holding, subject)
  if (rule === undefined) return
  const shown = `(to_jsonb(held) - '{${(holding.hidden ?? []).join()}}'::text[])::text as row`
  if (!rule.walk) {
    const text = `select ${shown} from (select * from ${holding.table} where ${conditionOf(rule, subject)}) as held`
    const parameters = parametersOf(subject)
    for await (const found of rawOf(ctx.db)
      .unsafe<{ row: string }[]>(text, parameters as never)
      .cursor(500))
      for (const { row } of found) yield row
    return
  }
  for await (const ids of walk(ctx, holding, rule, subject)) {
    for (let from = 0; from < ids.length; from += 200) {
      const found = await statement<{ row: string }>(
        ctx.db,
        `select ${shown} from (select * from ${holding.table} where id = any (($1::text[])::uuid[]) order by id) as held`,
        [ids.slice(from, from + 200)],
      )
      for (const { row } of found) yield row
    }
  }
}
