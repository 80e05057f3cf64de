import { sql } from 'drizzle-orm'
import { boolean, check, pgTable, text } from 'drizzle-orm/pg-core'
import { at } from '../columns.ts'

/** Whether calls are answered: one row. While it is on, whoever calls hears words in place of an agent, at the longest until its end. */
export const answeringSwitch = pgTable(
  'answering_switch',
  {
    name: text().primaryKey(),
    isOn: boolean().notNull(),
    reason: text().notNull(),
    until: at(),
    updatedAt: at().notNull(),
    updatedBy: text().notNull(),
  },
  (setting) => [check('answering_switch_is_one', sql`${setting.name} = 'maintenance'`)],
)
