import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { misused, readArguments } from '../scripts/lib/arguments.ts'
import { apiBuild, buildWhenStale } from '../scripts/lib/build.ts'
import { benchAnswer } from './answer.ts'
import { startServer } from './database.ts'
import { benchExport } from './export.ts'
import { benchGrowth } from './growth.ts'
import { benchIngest } from './ingest.ts'
import { benchMeter } from './meter.ts'
import { benchProcess } from './process.ts'
import { benchQueue } from './queue.ts'
import { benchReconcile } from './reconcile.ts'
import { benchReplay } from './replay.ts'
import { type Judged, print } from './report.ts'
import { benchSoak } from './soak.ts'
import { benchStop } from './stop.ts'

const usage = `usage: pnpm bench <ingest|answer|stop|process|queue|meter|reconcile|replay|all> [--rounds n] [--seconds s] [--profile folder]
       pnpm bench soak [--rate n] [--seconds s]
       pnpm bench growth [--rounds n] [--rows n]
       pnpm bench export [--rows n]`

async function main(): Promise<number> {
  const text = { type: 'string' } as const
  const { positionals, values } = readArguments(usage, {
    options: { rounds: text, seconds: text, rate: text, rows: text, profile: text },
    most: 1,
  })
  const [name = 'all'] = positionals
  const options = { rounds: Number(values.rounds ?? 5), seconds: Number(values.seconds ?? 4), profile: values.profile }
  const [rate, rows] = [Number(values.rate ?? 1000), Number(values.rows ?? 1_000_000)]
  const isFine =
    [
      'ingest',
      'answer',
      'stop',
      'process',
      'queue',
      'meter',
      'reconcile',
      'replay',
      'soak',
      'growth',
      'export',
      'all',
    ].includes(name) &&
    options.rounds >= 1 &&
    options.seconds > 0 &&
    rate > 0 &&
    rows > 10_000
  if (!isFine) misused(usage)
  const [processor] = cpus()
  print(`Node ${process.version}, ${cpus().length} × ${processor?.model ?? 'unknown processor'}`)
  await buildWhenStale(fileURLToPath(new URL('..', import.meta.url)), apiBuild)
  warnOfCompany()
  const server = await startServer()
  const judged: Judged[] = []
  try {
    const isAsked = (one: string) => name === 'all' || name === one
    if (isAsked('ingest')) judged.push(...(await benchIngest(server, options)))
    if (isAsked('answer')) judged.push(...(await benchAnswer(server, options)))
    if (isAsked('stop')) judged.push(...(await benchStop(server)))
    if (isAsked('process')) judged.push(...(await benchProcess(server, options)))
    if (isAsked('queue')) judged.push(...(await benchQueue(server, options)))
    if (isAsked('meter')) judged.push(...(await benchMeter(server, options)))
    if (isAsked('reconcile')) judged.push(...(await benchReconcile(server, options)))
    if (isAsked('replay')) judged.push(...(await benchReplay(server, options)))
    // long ones, which nobody means by «all»
    if (name === 'soak') judged.push(...(await benchSoak(server, { rate, seconds: Number(values.seconds ?? 600) })))
    if (name === 'export') judged.push(...(await benchExport(server, { rows })))
    if (name === 'growth') judged.push(...(await benchGrowth(server, { rounds: options.rounds, rows })))
  } finally {
    await server.stop()
  }
  print('')
  const missed = judged.filter(({ verdict }) => verdict === 'BELOW FLOOR')
  for (const { name } of missed) print(`below the floor: ${name}`)
  return missed.length === 0 ? 0 : 1
}

const load = () => loadavg()[0] ?? 0

/** Whoever keeps the processors busy takes more from a contender of few processes than from one of many. */
function warnOfCompany(): void {
  if (load() > cpus().length / 2)
    print(`Something else is running (load ${load().toFixed(1)}): CPU figures still compare, rates do so badly.`)
}

process.exitCode = await main()
