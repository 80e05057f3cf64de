import { openLog } from '../platform/log.ts'
import { openSpool } from '../webhooks/spool.ts'
import { arrivalFor } from './arrival.ts'

/** What a writer in a process of its own is told. One that stays drains nothing and ends only when it is killed. */
export type Order = { folder: string; place: string; records: number; stays: boolean }
/** What it tells: each record once it is acknowledged, and what its drains handed over. */
export type Told = { acknowledged: string } | { stored: string[] } | { done: true }

const order = JSON.parse(process.argv[2] ?? '') as Order
const tell = (told: Told) =>
  new Promise<void>((resolve, reject) =>
    process.send?.(told, (error: Error | null) => (error ? reject(error) : resolve())),
  )

const log = openLog({ level: 'error', secrets: [] })
const spool = await openSpool({ folder: order.folder, place: order.place, maxBytes: 2 ** 24, log })
const drain = () => spool.drain((arrivals) => tell({ stored: arrivals.map(({ id }) => id) }))

for (let written = 0; written < order.records; written++) {
  const arrival = arrivalFor(`${process.pid}-${written}`)
  await spool.append([arrival])
  await tell({ acknowledged: arrival.id })
  if (!order.stays && written % 5 === 0) await drain()
}
if (order.stays) process.on('message', () => undefined)
else {
  await drain()
  await spool.close()
}
await tell({ done: true })
