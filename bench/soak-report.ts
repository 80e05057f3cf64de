import { type Judged, judge, print, ratioHead, ratioRow, table, whole } from './report.ts'
import { median, percentile } from './statistics.ts'

/** So many rows of the table over the whole run. */
export const samples = 20
/** Until code is compiled and connections are open; told and counted too, but not in the table. */
export const warmSeconds = 10
/** A backlog of so many seconds of traffic is one that the worker keeps up with. */
const backlogSeconds = 5

export type Sample = {
  second: number
  answered: number
  latencies: number[]
  backlog: number
  nodeMb: number
  databaseMb: number
  cpuShare: number
}

/** The run over time, its latencies as a whole, and what must hold of it. */
export function reportSoak(
  { rate, seconds }: { rate: number; seconds: number },
  run: { sampled: readonly Sample[]; sent: number; refused: number; lost: number; drainedMs: number },
): Judged[] {
  const { sampled } = run
  print(
    `\nSoak, ${whole(rate)} webhooks a second for ${seconds} s, one process that serves and works, after ${warmSeconds} s of the same`,
  )
  table(
    ['second', 'answered/s', 'p50 ms', 'p99 ms', 'longest', 'backlog', 'rss MB', 'Postgres MB', 'CPU'],
    sampled.map(({ second, answered, latencies, backlog, nodeMb, databaseMb, cpuShare }) => [
      String(second),
      whole(answered),
      percentile(latencies, 0.5).toFixed(1),
      percentile(latencies, 0.99).toFixed(1),
      percentile(latencies, 1).toFixed(0),
      whole(backlog),
      whole(nodeMb),
      whole(databaseMb),
      `${Math.round(cpuShare * 100)} %`,
    ]),
  )
  const all = sampled.flatMap(({ latencies }) => latencies).sort((a, b) => a - b)
  const at = (share: number) => percentile(all, share).toFixed(1)
  print(
    `\nlatency from when it was due: p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, longest ${at(1)} ms`,
  )
  print(`backlog gone ${whole(run.drainedMs)} ms after the end; ${run.refused} not answered with 200`)
  const third = (nth: 1 | 2) => sampled.slice(Math.floor((samples * nth) / 3), Math.floor((samples * (nth + 1)) / 3))
  const memory = (of: readonly Sample[]) => median(of.map(({ nodeMb }) => nodeMb))
  const judged = [
    judge('lost, doubled or refused', [run.lost + run.refused], { floor: 0, target: 0, less: true }),
    judge('longest backlog in seconds of traffic', [Math.max(...sampled.map(({ backlog }) => backlog)) / rate], {
      floor: backlogSeconds,
      target: 1,
      less: true,
    }),
    judge('memory: last third / middle third', [memory(third(2)) / memory(third(1))], {
      floor: 1.25,
      target: 1.1,
      less: true,
    }),
  ]
  print('')
  table(ratioHead, judged.map(ratioRow))
  return judged
}
