import { bodyBytes } from './deliveries.ts'
import { type Judged, judge, paired, print, ratioHead, ratioRow, table, untargeted, whole } from './report.ts'
import { median, spread } from './statistics.ts'

export const names = ['trunkline', 'express + pg', 'fastify, no database', 'bare node:http'] as const
export type Name = (typeof names)[number]

/** One contender in one round. */
export type Measured = {
  rate: number
  p50: number
  p99: number
  nodeCpu: number
  databaseCpu: number
  clientCpu: number
}

/** So many connections; `slow` is 64 of them on a slow disk, where one could be made. */
export const levels = [64, 'slow', 8, 1] as const
export type Level = (typeof levels)[number]

export type Results = Map<Level, Map<Name, Measured[]>>

/** Prints what was measured, and judges the ratios. */
export function reportIngest(results: Results, { rounds, seconds }: { rounds: number; seconds: number }): Judged[] {
  for (const level of levels) {
    const what = level === 'slow' ? '64 connections, each flush of the log 3 ms slower' : `${level} connections`
    if (results.get(level)?.get('trunkline')?.length === 0) {
      print(`\nIngest, ${what}: not measured, the slow disk needs Linux and a C compiler (cc)`)
      continue
    }
    print(`\nIngest, ${what}: ${rounds} rounds of ${seconds} s, ${bodyBytes} B bodies, medians`)
    table(
      ['', 'requests/s', 'spread', 'p50 ms', 'p99 ms', 'CPU µs/request', 'of it node', 'postgres', '(client)'],
      [...(results.get(level) ?? [])]
        .filter(([, measured]) => measured.length > 0)
        .map(([name, measured]) => {
          const of = (pick: (one: Measured) => number) => median(measured.map(pick))
          return [
            name,
            whole(of(({ rate }) => rate)),
            `${Math.round(spread(measured.map(({ rate }) => rate)) * 100)} %`,
            of(({ p50 }) => p50).toFixed(2),
            of(({ p99 }) => p99).toFixed(2),
            whole(of(cpuOf)),
            whole(of(({ nodeCpu }) => nodeCpu)),
            whole(of(({ databaseCpu }) => databaseCpu)),
            whole(of(({ clientCpu }) => clientCpu)),
          ]
        }),
    )
  }
  const against = (level: Level, other: Name, pick: (ours: Measured, theirs: Measured) => number) =>
    paired(results.get(level)?.get('trunkline'), results.get(level)?.get(other), pick)
  const rate = (ours: Measured, theirs: Measured) => ours.rate / theirs.rate
  const slow = against('slow', 'express + pg', rate)
  const judged = [
    judge('requests/s: trunkline / bare node:http', against(64, 'bare node:http', rate), { floor: 0.2, target: 0.3 }),
    judge('requests/s: trunkline / fastify without database', against(64, 'fastify, no database', rate), {
      floor: 0.33,
      target: 0.45,
    }),
    judge('requests/s: trunkline / express + pg', against(64, 'express + pg', rate), { floor: 2, target: 3 }),
    ...(slow.length > 0 ? [judge('the same, each flush of the log 3 ms slower', slow, { floor: 3, target: 4.5 })] : []),
    judge(
      'CPU a request: express + pg / trunkline',
      against(64, 'express + pg', (ours, theirs) => cpuOf(theirs) / cpuOf(ours)),
      { floor: 3, target: 4 },
    ),
    judge(
      'p99: trunkline / express + pg',
      against(64, 'express + pg', (ours, theirs) => ours.p99 / theirs.p99),
      { floor: 0.9, target: 0.6, less: true },
    ),
  ]
  print('\nRatios at 64 connections, each the median of the rounds')
  table(ratioHead, judged.map(ratioRow))
  print('\nRatios at fewer connections (no floor is set; batching has little to gather there)')
  table(
    ['', 'median', 'rounds'],
    ([8, 1] as const).flatMap((level) => [
      untargeted(`${level}: requests/s, trunkline / bare`, against(level, 'bare node:http', rate)),
      untargeted(`${level}: requests/s, trunkline / express + pg`, against(level, 'express + pg', rate)),
      untargeted(
        `${level}: p99, trunkline / express + pg`,
        against(level, 'express + pg', (ours, theirs) => ours.p99 / theirs.p99),
      ),
    ]),
  )
  return judged
}

const cpuOf = ({ nodeCpu, databaseCpu }: Measured) => nodeCpu + databaseCpu
