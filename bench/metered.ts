import postgres from 'postgres'

/** As many loops, and as many charges at once, as the product's worker has. */
export const meterLoops = 3
const batchSize = 100
export const secondsEach = 60

export async function customersOf(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  const rows = await sql<{ id: string }[]>`select id from customers order by id`
  await sql.end()
  return rows.map(({ id }) => id)
}

/** A minute for each customer in turn, a hundred at a time. */
export function meterBatch(customerIds: readonly string[]): () => { customerId: string; quantity: number }[] {
  let next = 0
  return () =>
    Array.from({ length: batchSize }, () => ({
      customerId: customerIds[next++ % customerIds.length] ?? '',
      quantity: secondsEach,
    }))
}
