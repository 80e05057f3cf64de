import type { Sql } from '../../packages/db/src/connect.ts'

export type Canary = { text: string; isNumber: boolean }

/** Everything that a person may read of the system's working: here neither a number nor a secret may stand. */
const places = [
  ['webhook_queue.last_error', 'select last_error as text from webhook_queue'],
  ['webhook_attempts.error', 'select error as text from webhook_attempts'],
  ['alert_logs.reason', 'select reason as text from alert_logs'],
  ['ops_alerts', 'select ops_alerts::text as text from ops_alerts'],
  ['error_groups', 'select error_groups::text as text from error_groups'],
  ['error_logs', 'select error_logs::text as text from error_logs'],
  ['job_runs.error', 'select error as text from job_runs'],
  ['provider_status.last_error', 'select last_error as text from provider_status'],
  ['audit_log', 'select audit_log::text as text from audit_log'],
  ['pgboss.job', 'select data::text || coalesce(output::text, $$$$) as text from pgboss.job'],
] as const

/** Each canary that was found, with the place and the line. */
export async function findLeaks(sql: Sql, outputs: readonly string[], canaries: readonly Canary[]): Promise<string[]> {
  const found: string[] = []
  const look = (place: string, text: string) => {
    for (const { text: canary, isNumber } of canaries) {
      const isThere = isNumber ? numberPattern(canary).test(text) : text.includes(canary)
      if (isThere) found.push(`${canary} in ${place}: ${text}`)
    }
  }
  for (const output of outputs) for (const line of output.split('\n')) look('the output', line)
  for (const [place, query] of places) {
    const rows = await sql.unsafe<{ text: string | null }[]>(query)
    for (const { text } of rows) if (text !== null) look(place, text)
  }
  return found
}

/** The national part of a number, however it is grouped. */
function numberPattern(number: string): RegExp {
  return new RegExp(Array.from(number.replace(/^\+1?/, '')).join('[ ().-]*'))
}
