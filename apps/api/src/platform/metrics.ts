import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export const registry = new Registry()
collectDefaultMetrics({ register: registry, prefix: 'trunkline_' })
const registers = [registry]

export const webhooksReceived = new Counter({
  name: 'trunkline_webhooks_received_total',
  help: 'Webhooks that reached a door, by what became of them',
  labelNames: ['provider', 'outcome'] as const,
  registers,
})
export const intakeSeconds = new Histogram({
  name: 'trunkline_webhook_intake_seconds',
  help: 'From the last byte read to the answer, committed or spooled',
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  registers,
})
export const webhooksProcessed = new Counter({
  name: 'trunkline_webhooks_processed_total',
  help: 'Webhooks that left the worker, by outcome',
  labelNames: ['outcome'] as const,
  registers,
})
export const inboxWaiting = new Gauge({
  name: 'trunkline_inbox_waiting',
  help: 'Webhooks received and not yet processed',
  registers,
})
export const inboxOldestSeconds = new Gauge({
  name: 'trunkline_inbox_oldest_seconds',
  help: 'Age of the oldest webhook that waits',
  registers,
})
export const spooledWebhooks = new Gauge({
  name: 'trunkline_spool_records',
  help: 'Webhooks that wait in the spool for the database',
  registers,
})
export const providerCalls = new Counter({
  name: 'trunkline_provider_calls_total',
  help: 'Calls to provider APIs',
  labelNames: ['provider', 'outcome'] as const,
  registers,
})
export const signIns = new Counter({
  name: 'trunkline_sign_ins_total',
  help: 'Sign-ins tried, by what became of them',
  labelNames: ['outcome'] as const,
  registers,
})
export const jobsRun = new Counter({
  name: 'trunkline_jobs_total',
  help: 'Jobs run, by outcome',
  labelNames: ['job', 'outcome'] as const,
  registers,
})
export const alertsUndelivered = new Counter({
  name: 'trunkline_alerts_undelivered_total',
  help: 'Alerts of which nobody could be told, by cause',
  labelNames: ['cause'] as const,
  registers,
})
export const alertsWithoutReceipt = new Gauge({
  name: 'trunkline_alerts_without_receipt',
  help: 'Alerts that were sent more than 15 minutes ago and of which no receipt says what became of them',
  registers,
})
export const errorsDropped = new Counter({
  name: 'trunkline_errors_dropped_total',
  help: 'Occurrences of errors that were only counted, because there were too many or the database refused them',
  registers,
})
export const contactDecisions = new Counter({
  name: 'trunkline_contact_decisions_total',
  help: 'Texts and calls that wanted to go out, by what was decided of them',
  labelNames: ['channel', 'outcome'] as const,
  registers,
})
export const unverifiedAdmissions = new Counter({
  name: 'trunkline_unverified_admissions_total',
  help: 'Calls and texts that were admitted or refused unseen, because usage could not be asked',
  labelNames: ['outcome'] as const,
  registers,
})
