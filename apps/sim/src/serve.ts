import { accountOf, numbersOf } from './demo-account.ts'
import { loadDemo } from './demo-file.ts'
import { loadProgress, type Progress, saveProgress } from './progress.ts'
import { startSim } from './server.ts'
import type { Settings } from './settings.ts'
import { live } from './stories/live.ts'
import { monthIn, waitUntilStopped } from './time.ts'
import { waitUntilReady } from './wait-until-ready.ts'

/** Serves the outside world and lets a quiet day go by, again and again, until it is stopped. */
export async function serve(settings: Settings, { seed, signal }: { seed?: string | undefined; signal: AbortSignal }) {
  const { trunklineUrl, progressPath, port } = settings
  const demo = await loadDemo(settings.demoPath)
  const progress = (await loadProgress(progressPath)) ?? beginProgress()
  const account = accountOf(demo, settings.publicUrl)
  const setting = { demo, account, trunklineUrl, spending: progress.spending }
  const sim = await startSim({ account, port, trunklineUrl, ownNumbers: numbersOf(demo), setting })
  const save = () => saveProgress(progressPath, progress)
  try {
    progress.url = sim.url
    await save()
    process.stdout.write(`The sim serves Retell, Twilio, Telnyx and Stripe at ${sim.url}\n`)
    await waitUntilReady(trunklineUrl, { signal })
    const stage = { ...setting, world: sim.world }
    await live(stage, { seed: seed ?? demo.twilioAccountSid, progress, save, follow: sim.follow, signal })
    process.stdout.write('The sim has told enough for one run and is quiet now\n')
    await waitUntilStopped(signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await sim.stop()
    await save()
  }
}

function beginProgress(): Progress {
  const now = Date.now()
  return { url: '', firstStartedAt: now, isBackFilled: false, month: monthIn('UTC', now), spending: {} }
}
