import { circuits, providerStates } from '@trunkline/core/providers/breaker'
import { check, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { at, oneOf } from '../columns.ts'

/** How each provider's API answers, shared by all processes: the circuit breaker's memory. */
export const providerStatus = pgTable(
  'provider_status',
  {
    provider: text().notNull(),
    component: text().notNull(),
    state: text({ enum: providerStates }).notNull(),
    circuit: text({ enum: circuits }).notNull(),
    failureCount: integer().notNull().default(0),
    openings: integer().notNull().default(0),
    lastError: text(),
    lastFailureAt: at(),
    lastSuccessAt: at(),
    cooldownUntil: at(),
    updatedAt: at().notNull(),
  },
  (status) => [
    primaryKey({ columns: [status.provider, status.component] }),
    check('provider_status_state_is_known', oneOf(status.state, providerStates)),
    check('provider_status_circuit_is_known', oneOf(status.circuit, circuits)),
  ],
)
