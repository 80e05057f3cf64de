import { jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { created, id } from '../columns.ts'
import { users } from './sessions.ts'

/** The filters of a list that somebody keeps under a name. His alone, on whatever browser. */
export const savedFilters = pgTable(
  'saved_filters',
  {
    id: id(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    list: text().notNull(),
    name: text().notNull(),
    filters: jsonb().$type<Record<string, string>>().notNull(),
    ...created,
  },
  (saved) => [unique('saved_filters_name_stands_once').on(saved.userId, saved.list, saved.name)],
)
