import { hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Arrival } from './arrival.ts'

// `<owner>-<serial>.open` is written to, `.ready` is anybody's, `.draining-<owner>` is being stored, `.damaged` is for a person
export const stemOf = (name: string): string => name.replace(/\.(open|ready|damaged|draining-[\w-]+)$/, '')
export const ownerIn = (name: string): string | undefined =>
  (/^(.+)-\d+\.open$/.exec(name) ?? /\.draining-([\w-]+)$/.exec(name))?.[1]

/** What is kept for a person, and who is here, takes no room from webhooks. */
export const isCounted = (name: string): boolean => !/\.(damaged|owner)$/.test(name)

const newline = 10
const chunksOf = (path: string) => createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>

/** One line a record: eight hex digits of its SHA-256, a space, its JSON. */
export function lineOf(arrival: Arrival): string {
  const json = JSON.stringify(arrival)
  return `${hash('sha256', json).slice(0, 8)} ${json}\n`
}

/** Every record, undefined for one that is damaged. A line without its end is one whose fsync never finished, so nobody was answered for it. */
export async function* recordsIn(path: string): AsyncGenerator<Arrival | undefined> {
  for await (const line of linesOf(path)) {
    const json = line.slice(9)
    const record: unknown = hash('sha256', json).slice(0, 8) === line.slice(0, 8) ? JSON.parse(json) : undefined
    yield isArrival(record) ? record : undefined
  }
}

const isArrival = (record: unknown): record is Arrival => {
  const { id, body } = (record ?? {}) as Partial<Arrival>
  return typeof id === 'string' && typeof body === 'string'
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let pieces: Buffer[] = []
  for await (const chunk of chunksOf(path)) {
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      yield Buffer.concat([...pieces, chunk.subarray(from, end)]).toString('utf8')
      pieces = []
      from = end + 1
    }
    pieces.push(chunk.subarray(from))
  }
}

/** How many records earlier processes left here, by the file's stem. */
export async function countRecords(folder: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const name of await readdir(folder)) {
    if (!isCounted(name)) continue
    let records = 0
    try {
      for await (const chunk of chunksOf(join(folder, name)))
        for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) records++
    } catch (error) {
      if (!isMissing(error)) throw error
    }
    if (records > 0) counts.set(stemOf(name), records)
  }
  return counts
}

/** Another process may drain a file at the moment at which this one looks at it. */
export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

export const unlessMissing =
  <Value>(value: Value) =>
  (error: unknown): Value => {
    if (isMissing(error)) return value
    throw error
  }
