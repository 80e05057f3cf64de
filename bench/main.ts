import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { startServer } from './database.ts'
import { benchIngest } from './ingest.ts'
import { benchMeter } from './meter.ts'
import { benchProcess } from './process.ts'
import { benchReconcile } from './reconcile.ts'
import { type Judged, print } from './report.ts'

const usage = 'usage: pnpm bench <ingest|process|meter|reconcile|all> [--rounds n] [--seconds s] [--profile folder]'

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      profile: { type: 'string' },
    },
  })
  const [name = 'all'] = positionals
  const options = { rounds: Number(values.rounds), seconds: Number(values.seconds), profile: values.profile }
  const isFine =
    ['ingest', 'process', 'meter', 'reconcile', 'all'].includes(name) && options.rounds >= 1 && options.seconds > 0
  if (!isFine || positionals.length > 1) {
    process.stderr.write(`${usage}\n`)
    return 1
  }
  const [processor] = cpus()
  print(`Node ${process.version}, ${cpus().length} × ${processor?.model ?? 'unknown processor'}`)
  warnOfCompany()
  const server = await startServer()
  const judged: Judged[] = []
  try {
    const isAsked = (one: string) => name === 'all' || name === one
    if (isAsked('ingest')) judged.push(...(await benchIngest(server, options)))
    if (isAsked('process')) judged.push(...(await benchProcess(server, options)))
    if (isAsked('meter')) judged.push(...(await benchMeter(server, options)))
    if (isAsked('reconcile')) judged.push(...(await benchReconcile(server, options)))
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
