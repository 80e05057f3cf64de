import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import postgres from 'postgres'
import { temporaryFolder } from '../packages/db/src/testing/temporary-folder.ts'
import { apiMain, startContender } from './contender.ts'
import { cpuMicroseconds } from './cpu.ts'
import type { BenchServer } from './database.ts'
import { type Judged, judge, print, ratioHead, ratioRow, table, whole } from './report.ts'

const password = randomBytes(12).toString('hex')
const email = 'admin@trunkline.example'
const runId = '01a1fe00-0000-7000-8000-000000000001'

/** What a process needs, beyond what it has anyhow, to write a run with a million differences as CSV: by the kernel's count. */
export async function benchExport(server: BenchServer, options: { rows: number }): Promise<Judged[]> {
  const folder = temporaryFolder('trunkline-bench-')
  const url = await server.create('bench_export')
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  const { rows } = options
  await sql`
    insert into reconciliation_runs (id, trigger, triggered_by, state, window_from, window_to, started_at, heartbeat_at, finished_at)
    values (${runId}, 'manual', 'bench', 'differences', '2026-01-01Z', '2026-01-02Z', now(), now(), now())`
  await sql`
    insert into reconciliation_differences (id, run_id, level, class, provider, kind, provider_id, unit, ours, theirs, delta, flagged)
    select gen_random_uuid(), ${runId}, 1, 'missing_here', 'retell', 'call', 'call_' || n, 'seconds', 0, n, -n, n % 2 = 0
    from generate_series(1, ${rows}::int) as n`
  await sql.unsafe('vacuum analyze reconciliation_differences')
  const api = startContender(apiMain, {
    env: {
      ROLE: 'web',
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: url,
      TRUNKLINE_DATA_DIR: folder.inside('trunkline'),
      TRUNKLINE_KEY: randomBytes(32).toString('hex'),
      ADMIN_EMAIL: email,
      ADMIN_PASSWORD: password,
    },
  })
  try {
    const [, origin = ''] = await api.said(/ready at (http:\/\/127\.0\.0\.1:\d+)/)
    const signedIn = await fetch(`${origin}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
    const { token } = (await signedIn.json()) as { token?: string }
    // signing in takes memory of its own: the peak counts from here on
    writeFileSync(`/proc/${api.pid}/clear_refs`, '5')
    const before = memoryOf(api.pid)
    const cpu = cpuMicroseconds(api.pid)
    const began = performance.now()
    const answer = await fetch(`${origin}/api/admin/reconciliation-runs/rcn_${runId.replaceAll('-', '')}.csv`, {
      headers: { authorization: `Bearer ${token}` },
    })
    if (answer.status !== 200 || answer.body === null) throw new Error(`The export was answered ${answer.status}`)
    let lines = 0
    let bytes = 0
    for await (const chunk of answer.body) {
      bytes += chunk.length
      for (const byte of chunk) if (byte === 10) lines++
    }
    const seconds = (performance.now() - began) / 1000
    if (lines !== rows + 1) throw new Error(`${lines} lines, not ${rows + 1}`)
    const after = memoryOf(api.pid)
    print(
      `\nExport of ${whole(rows)} rows: ${whole(bytes / 1e6)} MB in ${seconds.toFixed(1)} s, CPU µs a row ${((cpuMicroseconds(api.pid) - cpu) / rows).toFixed(1)}`,
    )
    table(
      ['', 'before', 'at most'],
      [['resident memory of the process, MB', whole(before.now / 1e6), whole(after.most / 1e6)]],
    )
    const judged = [
      judge('MB that the export took', [(after.most - before.now) / 1e6], { floor: 200, target: 100, less: true }),
    ]
    table(ratioHead, judged.map(ratioRow))
    return judged
  } finally {
    await api.stop()
    await sql.end({ timeout: 5 })
    await server.drop('bench_export')
    folder.remove()
  }
}

/** Resident bytes of a process, and the most that it ever had. */
function memoryOf(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
  return { now: of('VmRSS'), most: of('VmHWM') }
}
