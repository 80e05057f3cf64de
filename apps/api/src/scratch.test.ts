import { test } from 'vitest'
import { openWorld, retellCall } from './testing/world.ts'
test('x', { timeout: 240_000 }, async () => {
  const world = await openWorld()
  const { phoneNumber } = await world.customer({ tier: 'scale' })
  const tables = (await world.owner`select relname from pg_class where relrowsecurity and relnamespace='public'::regnamespace`).map((r) => r.relname)
  const times: Record<string, number[]> = { on: [], off: [] }
  for (let round = 0; round < 6; round++) {
    for (const state of round % 2 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
      for (const t of tables) await world.owner.unsafe(`alter table ${t} ${state === 'on' ? 'enable' : 'disable'} row level security`)
      for (let batch = 0; batch < 14; batch++) {
        for (let i = 0; i < 50; i++) await world.retell(retellCall({ to: phoneNumber, seconds: 1 }).ended)
        const began = performance.now()
        await world.process()
        if (round > 0 && batch > 7) times[state]?.push(performance.now() - began)
      }
    }
  }
  const median = (a: number[]) => a.toSorted((x, y) => x - y)[Math.floor(a.length / 2)]
  process.stdout.write(JSON.stringify({ n: times.on!.length, on: median(times.on!), off: median(times.off!), minOn: Math.min(...times.on!), minOff: Math.min(...times.off!) }) + '\n')
  await world.close()
})
