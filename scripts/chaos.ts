import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { print, table, whole } from '../bench/report.ts'
import { randomOf } from './chaos/load.ts'
import { assertCountSees, fillDisks, type Row, type Trial, trials } from './chaos/trials.ts'
import { undoEverything } from './chaos/undo.ts'
import { openWorld } from './chaos/world.ts'
import { misused, readArguments } from './lib/arguments.ts'
import { apiBuild, buildWhenStale } from './lib/build.ts'

const usage = 'usage: pnpm chaos [--kills n] [--seed n] [--only word]'
const leastAcknowledged = 10_000
const longestMs = 10 * 60_000

async function main(): Promise<number> {
  const { values } = readArguments(usage, {
    options: { kills: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
  })
  const [kills, seed] = [Number(values.kills ?? 2), Number(values.seed ?? Date.now() % 1_000_000)]
  if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) misused(usage)
  await buildWhenStale(fileURLToPath(new URL('..', import.meta.url)), apiBuild)
  const began = performance.now()
  const [processor] = cpus()
  print(
    `${new Date().toISOString()}, Node ${process.version}, ${cpus().length} × ${processor?.model ?? 'unknown processor'}, ` +
      `${Math.round(totalmem() / 2 ** 30)} GB, seed ${seed}`,
  )
  const isAsked = ({ what, how }: { what: string; how: string }) => `${what} ${how}`.includes(values.only ?? '')
  const rows = await tryAll(trials({ kills }).filter(isAsked), seed)
  const disks = isAsked({ what: 'full disk', how: '' }) ? await fillDisks({ seed }) : []
  for (const row of disks ?? []) tell(row)
  rows.push(...(disks ?? []))
  print('')
  report(rows)
  if (disks === undefined) print('full disk: skipped, since this user may not mount a small one')
  print(`${((performance.now() - began) / 1000).toFixed(0)} s`)
  return isFine(rows, values.only === undefined) ? 0 : 1
}

async function tryAll(asked: readonly Trial[], seed: number): Promise<Row[]> {
  if (asked.length === 0) return []
  const world = await openWorld({ random: randomOf(seed) })
  const rows: Row[] = []
  try {
    for (const { what, how, run } of asked) {
      const row = { what, how, ...(await run(world)) }
      tell(row)
      rows.push(row)
    }
    await assertCountSees(world)
  } finally {
    await world.close()
  }
  return rows
}

function tell({ what, how, acknowledged, lost, doubled }: Row): void {
  print(`${what}, ${how}: ${whole(acknowledged)} acknowledged`)
  for (const one of lost.slice(0, 10)) print(`  lost: ${one}`)
  for (const one of doubled.slice(0, 10)) print(`  doubled: ${one}`)
}

function report(rows: readonly Row[]): void {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0)
  const cells = (row: Row) => [
    `${row.what}, ${row.how}`,
    ...[
      row.times,
      row.acknowledged,
      row.answers - row.acknowledged,
      row.again,
      row.lost.length,
      row.doubled.length,
    ].map(whole),
  ]
  table(
    ['step', 'times', 'acknowledged', 'duplicates', 'tried again', 'lost', 'doubled'],
    [
      ...rows.map(cells),
      [
        'all',
        ...[
          sum(({ times }) => times),
          sum(({ acknowledged }) => acknowledged),
          sum(({ answers, acknowledged }) => answers - acknowledged),
          sum(({ again }) => again),
          sum(({ lost }) => lost.length),
          sum(({ doubled }) => doubled.length),
        ].map(whole),
      ],
    ],
  )
}

function isFine(rows: readonly Row[], isWhole: boolean): boolean {
  const acknowledged = rows.reduce((sum, row) => sum + row.acknowledged, 0)
  const isEnough = !isWhole || acknowledged >= leastAcknowledged
  if (!isEnough) print(`only ${whole(acknowledged)} acknowledged, not ${whole(leastAcknowledged)}`)
  return isEnough && rows.every(({ lost, doubled }) => lost.length === 0 && doubled.length === 0)
}

async function giveUp(reason: string): Promise<void> {
  process.stderr.write(`${reason}\n`)
  await undoEverything()
  process.exit(1)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void giveUp(`Ended by ${signal}`))
setTimeout(() => void giveUp(`Not finished after ${longestMs / 60_000} minutes`), longestMs).unref()
process.exitCode = await main()
