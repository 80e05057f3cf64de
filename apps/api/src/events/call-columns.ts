const columns = [
  ['id', 'uuid'],
  ['customer_id', 'uuid'],
  ['phone_number', 'text'],
  ['direction', 'text'],
  ['from_number', 'text'],
  ['to_number', 'text'],
  ['agent_id', 'text'],
  ['status', 'text'],
  ['started_at', 'timestamptz'],
  ['ended_at', 'timestamptz'],
  ['occurred_at', 'timestamptz'],
  ['seconds', 'integer'],
  ['seconds_source', 'text'],
  ['cost_micros', 'bigint'],
  ['disconnect_reason', 'text'],
  ['recording_url', 'text'],
  ['summary', 'text'],
  ['sentiment', 'text'],
  ['transcript', 'text'],
  ['retell_call_id', 'text'],
  ['twilio_call_sid', 'text'],
  ['telnyx_call_id', 'text'],
  ['facts', 'jsonb'],
  ['updated_at', 'timestamptz'],
] as const

// a transcript is long: none is sent where it stays as it is; of the facts only the registers that changed
const newestOf: Record<string, string> = {
  transcript: 'coalesce(excluded.transcript, call_events.transcript)',
  facts: 'call_events.facts || excluded.facts',
}

/**
 * Writes rows of calls, given as one JSON array of arrays in the order of the columns: half the work for the server of an
 * array for each column, and facts are written as JSON once.
 */
export const upsertCalls = `insert into call_events (${columns.map(([name]) => name).join(', ')})
  select ${columns.map(columnOf).join(', ')} from jsonb_array_elements($1::text::jsonb) as call (document) order by 1
  on conflict (id) do update set ${columns
    .slice(1)
    .map(([name]) => `${name} = ${newestOf[name] ?? `excluded.${name}`}`)
    .join(', ')}`

function columnOf([, type]: (typeof columns)[number], place: number): string {
  if (type === 'jsonb') return `document -> ${place}`
  return type === 'text' ? `document ->> ${place}` : `(document ->> ${place})::${type}`
}
