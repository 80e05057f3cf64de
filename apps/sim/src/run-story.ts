import { describeTally } from './delivery/tally.ts'
import { accountOf } from './demo-account.ts'
import { loadDemo } from './demo-file.ts'
import { loadProgress } from './progress.ts'
import type { Settings } from './settings.ts'
import type { StoryName } from './stories/names.ts'
import { describeTruth, type Telling, tellStory } from './stories/tell.ts'
import { waitUntil } from './time.ts'
import { waitUntilReady } from './wait-until-ready.ts'
import { openWorld } from './world.ts'

type Request = { name: StoryName; seed?: string | undefined; minutes?: number | undefined }

/** Tells one story to a running system and says what came of it. */
export async function runStory(settings: Settings, request: Request, signal: AbortSignal) {
  const { trunklineUrl } = settings
  const demo = await loadDemo(settings.demoPath)
  await waitUntilReady(trunklineUrl, { signal, patienceMs: 60_000 })
  const progress = await loadProgress(settings.progressPath)
  const servedAt = progress && (await isServing(progress.url, signal)) ? progress.url : undefined
  // a sim that serves must tell it itself: it is the one that Trunkline asks about the messages
  if (servedAt) return report(await followRemote(servedAt, request, signal))
  process.stdout.write('No sim serves: providers that Trunkline asks or texts are not there\n')
  const account = accountOf(demo, settings.publicUrl)
  const stage = { demo, account, trunklineUrl, world: openWorld({ account }), spending: progress?.spending ?? {} }
  const { telling, finished } = tellStory(stage, request, signal)
  await finished
  report(telling)
}

function report(telling: Telling) {
  const { name, seed, minutes, state, truth, tally } = telling
  const head = `${name} (seed ${seed}, ${minutes} min) is ${state}`
  process.stdout.write(`${head}\n${describeTruth(truth)}\nWhat was sent: ${describeTally(tally)}\n`)
}

async function isServing(url: string, signal: AbortSignal) {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(2_000)])
  const response = await fetch(`${url}/sim/stories`, { signal: patience }).catch(() => undefined)
  await response?.body?.cancel()
  return response?.status === 200
}

async function followRemote(url: string, { name, seed, minutes }: Request, signal: AbortSignal): Promise<Telling> {
  const started = await fetch(`${url}/sim/stories/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...(seed ? { seed } : {}), ...(minutes ? { minutes } : {}) }),
    signal,
  })
  if (started.status !== 202) throw new Error(`The sim at ${url} does not tell ${name}: ${await started.text()}`)
  for (;;) {
    const telling = await lastTelling(url)
    if (telling.state !== 'running') return telling
    if (signal.aborted) await fetch(`${url}/sim/stories`, { method: 'DELETE' })
    await waitUntil(Date.now() + 500, AbortSignal.timeout(60_000))
  }
}

async function lastTelling(url: string): Promise<Telling> {
  const response = await fetch(`${url}/sim/stories`)
  const { last } = (await response.json()) as { last: Telling }
  return last
}
