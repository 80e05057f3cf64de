import { once } from 'node:events'

/**
 * Runs so many loops side by side, each doing one batch after the other. First until WARM events are done, so that code
 * is compiled and statements are prepared; then, when the starter says so, until a batch finds nothing more or as many
 * events are done as it said.
 */
export async function work(loops: number, batch: (loop: number) => Promise<number>): Promise<void> {
  for (const end of ['disconnect', 'SIGTERM'] as const) process.once(end, () => process.exit())
  const warm = Number(process.env.WARM)
  const started = once(process, 'message')
  process.stdout.write(`warm ${await run(loops, batch, warm)}\n`)
  const [enough] = await started
  const began = performance.now()
  const events = await run(loops, batch, Number(enough))
  process.stdout.write(`done ${events} ${performance.now() - began}\n`)
}

async function run(loops: number, batch: (loop: number) => Promise<number>, enough: number): Promise<number> {
  let done = 0
  const one = async (loop: number) => {
    while (done < enough) {
      const events = await batch(loop)
      if (events === 0) return
      done += events
    }
  }
  await Promise.all(Array.from({ length: loops }, (_, loop) => one(loop)))
  return done
}
