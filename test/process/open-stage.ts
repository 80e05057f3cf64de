import { deepStrictEqual } from 'node:assert'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import type { Account } from '../../apps/sim/src/account.ts'
import { type Sim, startSim } from '../../apps/sim/src/server.ts'
import { freePort } from '../../packages/db/src/local/port.ts'
import { childrenOf, isRunning } from '../../packages/db/src/local/process.ts'
import type { OwnPostgres } from '../../packages/db/src/testing/postgres.ts'
import { apiBuild, nodeFlags } from '../../scripts/lib/build.ts'
import { publicKeyOf } from '../../scripts/lib/environment.ts'
import type { KillOrder, KillReport } from './kill-at.ts'
import { type Canary, findLeaks } from './leaks.ts'
import { callerNumber, openProvider, post } from './provider.ts'

// the folder that the process itself uses, for what is loaded before it can say so
const compileCache = join(tmpdir(), 'node-compile-cache')
const root = fileURLToPath(new URL('../..', import.meta.url))
const killAt = fileURLToPath(new URL('./kill-at.ts', import.meta.url))

// no pattern of the mask knows these: only that they are this process's own keeps them out of the log
const account = {
  retellApiKey: 'canary retell secret 5d2f',
  twilioAccountSid: 'AC5e1fb09a7c3d48269b0f1e2d3c4b5a69',
  twilioAuthToken: 'canary twilio secret 81c0',
  telnyxApiKey: 'canary telnyx key 3d9a',
  telnyxSigningKey: Buffer.from('canary telnyx signs with 32 bytes').subarray(0, 32).toString('base64'),
  stripeSecretKey: 'canary stripe key 4b7e',
  stripeWebhookSecret: 'canary stripe secret 90cd',
  publicUrl: 'https://hooks.trunkline.example',
} satisfies Account
const admin = { email: 'admin@trunkline.example', password: 'canary password 77e1' }
const key = 'ca0a71'.padEnd(64, '0')
const opsNumber = '+15005550100'
const telnyxNumber = '+15005550110'
export const adminPhone = '+15005550199'

export type Stage = ReturnType<typeof openStage>

type StartOptions = {
  role?: 'all' | 'web' | 'worker'
  port?: number
  /** The name of the data folder below the stage's; processes share one unless told otherwise. */
  data?: string
  env?: Record<string, string>
}

/** Real processes of the API on one database. What they print is kept, and searched for numbers and secrets at the end. */
export function openStage({ databaseUrl, reachedAt = databaseUrl }: { databaseUrl: string; reachedAt?: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-process-'))
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => undefined, backoff: () => 0.05 })
  const provider = openProvider(account)
  const processes: StartedProcess[] = []
  const sims: Sim[] = []
  const numbers = [callerNumber, adminPhone, opsNumber, telnyxNumber]
  const basic = Buffer.from(`${account.twilioAccountSid}:${account.twilioAuthToken}`).toString('base64')
  const secrets = [
    account.retellApiKey,
    account.twilioAuthToken,
    account.telnyxApiKey,
    account.stripeSecretKey,
    account.stripeWebhookSecret,
    basic,
    admin.password,
    key,
  ]
  let token: string | undefined

  async function start(options: StartOptions = {}): Promise<Process> {
    const { role = 'all', data = 'data', env = {}, port = 0 } = options
    const started = await startProcess(
      {
        DATABASE_URL: reachedAt,
        PORT: String(port),
        ROLE: role,
        PUBLIC_URL: account.publicUrl,
        TRUNKLINE_DATA_DIR: join(folder, data),
        TRUNKLINE_KEY: key,
        ADMIN_EMAIL: admin.email,
        ADMIN_PASSWORD: admin.password,
        RETELL_API_KEY: account.retellApiKey,
        TWILIO_ACCOUNT_SID: account.twilioAccountSid,
        TWILIO_AUTH_TOKEN: account.twilioAuthToken,
        TWILIO_NUMBER: opsNumber,
        STRIPE_SECRET_KEY: account.stripeSecretKey,
        STRIPE_WEBHOOK_SECRET: account.stripeWebhookSecret,
        ...env,
      },
      (process) => processes.push(process),
    )
    return { ...started, restart: () => start({ ...options, port: started.port }) }
  }

  /** A request of the admin; answers what the door says. */
  async function call<Answer>(
    api: { url: string },
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ): Promise<Answer> {
    const authorization = `Bearer ${await signIn(api)}`
    const answer = await fetch(api.url + path, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Answer
  }

  async function signIn(api: { url: string }): Promise<string> {
    if (token !== undefined) return token
    const answer = await post(api, {
      path: '/api/auth/login',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(admin),
    })
    token = (JSON.parse(answer?.body ?? '{}') as { token: string }).token
    return token
  }

  return {
    account,
    admin,
    sql,
    provider,
    processes,
    folder,
    /** Numbers that may rest in the inbox and the events and nowhere else, and secrets that may rest nowhere. */
    numbers,
    secrets,
    start,
    call,
    signIn,

    /** A customer with a line, made through the door. */
    async customer(api: { url: string }, tier: 'core' | 'pro' | 'elite' | 'scale' = 'scale') {
      const phoneNumber = `+1312${String(2_000_000 + Math.floor(Math.random() * 7_000_000))}`
      numbers.push(phoneNumber)
      const { id } = await call<{ id: string }>(api, 'POST', '/api/admin/customers', {
        businessName: 'Harbor Plumbing',
        tier,
        phoneNumber,
        provider: 'retell',
      })
      return { id: uuidOf(id), phoneNumber }
    },

    /** A telephone network: what a process needs to send texts through it. Receipts come back to the process on `port`. */
    async openPhone(options: { ownNumbers?: string[] } = {}) {
      const port = await freePort()
      const sim = await startSim({ account, port: 0, trunklineUrl: `http://127.0.0.1:${port}`, ...options })
      sims.push(sim)
      const telnyx = {
        TELNYX_API_KEY: account.telnyxApiKey,
        TELNYX_NUMBER: telnyxNumber,
        TELNYX_PUBLIC_KEY: publicKeyOf(account.telnyxSigningKey),
        TELNYX_BASE_URL: sim.url,
      }
      return { sim, port, env: { TWILIO_BASE_URL: sim.url, ADMIN_PHONE: adminPhone }, telnyx }
    },

    /** Resolves when nothing waits in the inbox. */
    settled: () =>
      until('the inbox is empty', async () => {
        const [row] =
          await sql`select count(*)::int as waiting from webhook_queue where state in ('received', 'failed')`
        return row?.waiting === 0
      }),

    /** What a customer's calls came to, and what stands in the inbox. */
    async figures(customerId: string) {
      const states = await sql<{ state: string; rows: number }[]>`
        select state, count(*)::int as rows from webhook_queue group by state order by state`
      const [row] = await sql<[Figures]>`
        select
          (select count(*)::int from idempotency_keys) as keys,
          (select coalesce(sum(duplicates), 0)::int from idempotency_keys) as duplicates,
          (select count(*)::int from call_events where customer_id = ${customerId}) as calls,
          (select count(*)::int from usage_entries where customer_id = ${customerId}) as entries,
          (select coalesce(sum(quantity), 0)::int from usage_entries where customer_id = ${customerId}) as ledger,
          (select call_used_seconds::int from usage_limits where customer_id = ${customerId}) as counter,
          (select array_agg(level order by level) from usage_crossings where customer_id = ${customerId}) as crossings,
          (select array_agg((metadata ->> 'level')::int order by (metadata ->> 'level')::int)
             from ops_alerts where customer_id = ${customerId}) as alerts`
      return { inbox: Object.fromEntries(states.map(({ state, rows }) => [state, rows])), ...row }
    },

    /** Files with webhooks that wait in a data folder's spool. */
    spooled: (data = 'data') => readdirSync(join(folder, data, 'spool')).filter((name) => !name.endsWith('.owner')),

    print(): void {
      for (const { pid, output } of processes) globalThis.process.stderr.write(`--- ${pid}\n${output()}\n`)
    },

    /** Ends everything. Nothing may be left running, nothing in the spool, and no number or secret in what was printed. */
    async close(): Promise<void> {
      try {
        const codes = await Promise.all(processes.filter(({ isOver }) => !isOver()).map(({ stop }) => stop()))
        deepStrictEqual(
          codes,
          codes.map(() => 0),
          'every process that was still running ends well',
        )
        deepStrictEqual(processes.map(({ pid }) => pid).filter(isRunning), [])
        const canaries: Canary[] = [
          ...numbers.map((text) => ({ text, isNumber: true })),
          ...secrets.map((text) => ({ text, isNumber: false })),
        ]
        const outputs = processes.map(({ output }) => output())
        deepStrictEqual(await findLeaks(sql, outputs, canaries), [])
      } finally {
        for (const { isOver, kill } of processes) if (!isOver()) await kill()
        for (const sim of sims) await sim.stop()
        await sql.end({ timeout: 1 })
        rmSync(folder, { recursive: true, force: true })
      }
    },
  }
}

type Figures = {
  keys: number
  duplicates: number
  calls: number
  entries: number
  ledger: number
  counter: number
  crossings: number[] | null
  alerts: number[] | null
}

type StartedProcess = Awaited<ReturnType<typeof startProcess>>
export type Process = StartedProcess & { restart: () => Promise<Process> }

async function startProcess(env: Record<string, string>, register: (process: StartedProcess) => void) {
  const child: ChildProcess = spawn(process.execPath, [...nodeFlags, '--import', killAt, apiBuild.result], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...pick(process.env, ['PATH', 'HOME', 'TMPDIR', 'NODE_OPTIONS']), NODE_COMPILE_CACHE: compileCache, ...env },
  })
  const { pid = 0, stdout, stderr } = child
  let output = ''
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  let isOver = false
  const exited = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, signal) => {
      isOver = true
      resolve(code ?? signal)
    })
  })
  const ask = (order: KillOrder | 'steps') =>
    new Promise<KillReport>((resolve, reject) => {
      child.once('message', (report) => resolve(report as KillReport))
      child.send(order, (error) => error && reject(error))
    })
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return await exited
  }
  const started = {
    pid,
    /** Known when it is ready. */
    url: '',
    port: 0,
    output: () => output,
    isOver: () => isOver,
    /** The exit code, or the signal that ended it. */
    exited,
    /** Orders a death for the next time that the journey comes to this step. */
    killAt: (step: string, victim: KillOrder['victim'] = 'self') => ask({ step, victim, signal: 'SIGKILL' }),
    /** Is told to stop the next time that the journey comes to this step. */
    stopAt: (step: string) => ask({ step, victim: 'self', signal: 'SIGTERM' }),
    /** How often it has come to each step. */
    async steps() {
      const report = await ask('steps')
      return 'steps' in report ? report.steps : {}
    },
    kill: () => end('SIGKILL'),
    stop: async () => {
      const tooLong = setTimeout(() => child.kill('SIGKILL'), 30_000)
      const code = await end('SIGTERM')
      clearTimeout(tooLong)
      return code
    },
  }
  register(started)
  await until('the process is ready', async () => isOver || /Trunkline is ready .*\n/.test(output))
  if (isOver) throw new Error(`The process did not start: ${output}`)
  const [, url = '', port = '0'] = /ready at (http:\S+:(\d+))\/admin/.exec(output) ?? []
  return Object.assign(started, { url, port: Number(port) })
}

export type Freeze = { halt(): Promise<void>; freeze(): void; thaw(): void }

export function withFreeze(server: OwnPostgres): OwnPostgres & Freeze {
  const everyone = () => [server.pid, ...childrenOf(server.pid)]
  return Object.defineProperties(
    {
      /** As an orderly shutdown; `restart` brings it back. */
      async halt() {
        const { pid } = server
        process.kill(pid, 'SIGINT')
        await until('the database has stopped', async () => !isRunning(pid))
      },
      /** It stops answering, and its connections stay open. */
      freeze() {
        for (const pid of everyone()) process.kill(pid, 'SIGSTOP')
      },
      thaw() {
        for (const pid of everyone()) process.kill(pid, 'SIGCONT')
      },
    },
    Object.getOwnPropertyDescriptors(server),
  ) as OwnPostgres & Freeze
}

/** Looks again and again until it is so. */
export async function until(what: string, isSo: () => Promise<boolean>, patienceMs = 90_000): Promise<void> {
  const givesUpAt = Date.now() + patienceMs
  while (!(await isSo())) {
    if (Date.now() > givesUpAt) throw new Error(`Still not so after ${patienceMs} ms: ${what}`)
    await pause(50)
  }
}

const uuidOf = (wireId: string) => wireId.replace(/^[a-z]+_(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const pick = (from: NodeJS.ProcessEnv, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])))
