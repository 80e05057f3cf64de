import { median } from './statistics.ts'

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Aligned columns: the first to the left, figures to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  for (const row of all) {
    const cells = widths.map((width, column) => {
      const cell = row[column] ?? ''
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    print(`  ${cells.join('  ').trimEnd()}`)
  }
}

/** `floor` must hold, `target` should; `less` where a smaller figure is the better one. */
type Bounds = { floor: number; target: number; less?: boolean }

export type Judged = {
  name: string
  rounds: readonly number[]
  bounds: Bounds
  verdict: 'target reached' | 'BELOW TARGET' | 'BELOW FLOOR'
}

/** A ratio is judged by its median, so that one disturbed round decides nothing. */
export function judge(name: string, rounds: readonly number[], bounds: Bounds): Judged {
  const value = median(rounds)
  const holds = (bound: number) => (bounds.less ? value <= bound : value >= bound)
  const verdict = holds(bounds.target) ? 'target reached' : holds(bounds.floor) ? 'BELOW TARGET' : 'BELOW FLOOR'
  return { name, rounds, bounds, verdict }
}

/** Ours beside another one's of the same round, where the machine was equally busy. */
export function paired<Measured>(
  ours: readonly Measured[] = [],
  theirs: readonly Measured[] = [],
  pick: (ours: Measured, theirs: Measured) => number,
): number[] {
  return ours.flatMap((one, round) => {
    const other = theirs[round]
    return other === undefined ? [] : [pick(one, other)]
  })
}

export const whole = (value: number) => Math.round(value).toLocaleString('en-US')
const figure = (value: number) => value.toFixed(value < 10 ? 2 : 1)
const range = (rounds: readonly number[]) => `${figure(Math.min(...rounds))}–${figure(Math.max(...rounds))}`

export const untargeted = (name: string, rounds: readonly number[]): string[] => [
  name,
  figure(median(rounds)),
  range(rounds),
]

export const ratioHead = ['', 'median', 'rounds', 'floor', 'target', '']

export function ratioRow({ name, rounds, bounds, verdict }: Judged): string[] {
  const sign = bounds.less ? '≤' : '≥'
  return [...untargeted(name, rounds), `${sign} ${bounds.floor}`, `${sign} ${bounds.target}`, verdict]
}
