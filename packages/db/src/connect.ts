import { connect as connectSocket, type Socket } from 'node:net'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'

export type Sql = postgres.Sql

type PoolOptions = {
  max: number
  name: string
  statementTimeoutMs?: number
  pooled?: boolean
  /** How long a connection may be without a byte: longer than any statement may take, or it is lost. */
  silenceMs?: number
}

/**
 * A connection pool of the application: logs in, takes the role that owns nothing, commits durably. Behind a pooler in
 * transaction mode (`pooled`) neither named statements nor session settings are ours: the login itself must be such a role.
 */
export function openPool(url: string, options: PoolOptions): Sql {
  const application_name = `trunkline:${options.name}`
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000
  return postgres(url, {
    max: options.max,
    prepare: options.pooled !== true,
    idle_timeout: 60,
    connect_timeout: 5,
    // a reconnect is tried soon: what waits for the database is webhooks
    backoff: (attempt: number) => Math.min(1, 0.05 * 2 ** attempt),
    onnotice: () => undefined,
    socket: socketOf(options.silenceMs ?? statementTimeoutMs + 10_000),
    connection: options.pooled
      ? { application_name }
      : {
          application_name,
          role: 'trunkline_app',
          synchronous_commit: 'on',
          idle_in_transaction_session_timeout: 30_000,
          statement_timeout: statementTimeoutMs,
          TimeZone: 'UTC',
        },
  } as postgres.Options<Record<string, never>>)
}

/**
 * postgres.js leaves Nagle's algorithm on, which costs up to 40 ms on small writes, and waits for ever for a server that a
 * broken network has made silent. The socket is handed over while it still connects: postgres.js counts a connection whose
 * socket it was refused as connecting for ever, and never uses it again.
 */
function socketOf(silenceMs: number) {
  const first = <Value>(value: Value[] | Value): Value => (Array.isArray(value) ? (value[0] as Value) : value)
  return (options: { host: string[] | string; port: number[] | number }): Socket => {
    const address = { host: first(options.host), port: first(options.port) }
    const socket = connectSocket({ ...address, noDelay: true, keepAlive: true })
    endWhenSilent(socket, silenceMs)
    // what postgres.js names in its errors
    return Object.assign(socket, address)
  }
}

/** By its own clock and not by the socket's `timeout` event: postgres.js drops every listener when it begins TLS on a socket. */
function endWhenSilent(socket: Socket, silenceMs: number): void {
  let heard = { bytes: 0, at: performance.now() }
  const watching = setInterval(() => {
    if (socket.bytesRead !== heard.bytes) heard = { bytes: socket.bytesRead, at: performance.now() }
    if (performance.now() - heard.at >= silenceMs) socket.destroy()
    if (socket.destroyed) clearInterval(watching)
  }, silenceMs / 4).unref()
}

/** Drizzle over a pool of its own: it changes the pool's parsers, so nothing else may use that pool. */
export function openDrizzle(url: string, options: PoolOptions) {
  const pool = openPool(url, options)
  return { db: drizzle(pool, { casing: 'snake_case' }), pool }
}
export type Db = ReturnType<typeof openDrizzle>['db']
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

/** The postgres.js handle below a Drizzle handle, so that hand-written statements join the same transaction. */
export function rawOf(db: Db | Tx): Sql {
  const handle = db as unknown as { $client?: Sql; session: { client: Sql } }
  return handle.$client ?? handle.session.client
}

export type Parameter = string | number | boolean | null | readonly (string | null)[]

/**
 * Runs one named (prepared) statement. Arrays are sent as `text[]` and cast in the statement, because Drizzle takes the
 * serialisers of other array types out of the pool. Instants come back as text.
 */
export async function statement<Row extends object>(
  db: Db | Tx,
  text: string,
  parameters: readonly Parameter[],
): Promise<Row[]> {
  return (await rawOf(db).unsafe(text, parameters as never, { prepare: true })) as unknown as Row[]
}
