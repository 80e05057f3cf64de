import { once } from 'node:events'

const producers = 32

/**
 * Producers side by side, each of which adds one after the other and waits for its commit. First so many as `warm` says, then, when the
 * starter says so, the rest by the clock.
 */
export async function store<Item>(
  items: readonly Item[],
  { warm, add }: { warm: number; add: (item: Item) => Promise<unknown> },
): Promise<void> {
  const started = once(process, 'message')
  await addAll(items.slice(0, warm), add)
  process.stdout.write('storing\n')
  await started
  const began = performance.now()
  await addAll(items.slice(warm), add)
  process.stdout.write(`stored ${performance.now() - began}\n`)
}

async function addAll<Item>(items: readonly Item[], add: (item: Item) => Promise<unknown>): Promise<void> {
  const left = items.values()
  const one = async () => {
    for (const item of left) await add(item)
  }
  await Promise.all(Array.from({ length: producers }, one))
}
