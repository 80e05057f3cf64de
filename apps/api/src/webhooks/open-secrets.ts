import type { Ctx } from '../platform/context.ts'
import type { Live } from '../platform/live.ts'
import { loadSecrets, type SecretsByProvider } from './sources.ts'

/**
 * The secrets that count, in memory: a door that verifies asks no database. They are read anew when any process says that
 * they changed, and by `refresh`, which sees those whose time is over.
 */
export async function openSecrets(options: { ctx: () => Ctx; live: Pick<Live, 'onChange'> }) {
  const { ctx, live } = options
  let isStale = false
  let loading: Promise<void> | undefined
  // from before the first reading on: what changes in between is not lost
  const close = live.onChange((changed) => {
    if (!changed.includes('secrets') && !changed.includes('resync')) return
    refresh().catch((error: unknown) => ctx().log.warn({ error }, 'webhook secrets not read anew'))
  })
  let known: SecretsByProvider = await loadSecrets(ctx())

  /** One reading at a time, and one more where something changed meanwhile: an older answer never follows a newer one. */
  function refresh(): Promise<void> {
    isStale = true
    loading ??= read().finally(() => {
      loading = undefined
    })
    return loading
  }

  async function read(): Promise<void> {
    while (isStale) {
      isStale = false
      known = await loadSecrets(ctx())
    }
  }

  return { current: () => known, refresh, close }
}
