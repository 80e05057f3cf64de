import { sql } from 'drizzle-orm'
import { bigint, customType, timestamp, uuid } from 'drizzle-orm/pg-core'

/** A uuid (v7) made by us; on the wire it carries a prefix. */
export const id = () => uuid().primaryKey()

/** An instant, UTC. */
export const at = () => timestamp({ withTimezone: true, mode: 'date', precision: 3 })

export const created = { createdAt: at().notNull().default(sql`now()`) }

export const quantity = () => bigint({ mode: 'number' })

export const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })

/** `column in ('a', 'b')` for a CHECK: the words come from core. */
export const oneOf = (column: unknown, words: readonly string[]) =>
  sql`${column} in (${sql.raw(words.map((word) => `'${word}'`).join(', '))})`
