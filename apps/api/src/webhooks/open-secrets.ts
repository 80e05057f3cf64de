import type { Ctx } from '../platform/context.ts'
import type { Live } from '../platform/live.ts'
import { loadSecrets, type SecretsByProvider } from './sources.ts'

export type OpenSecrets = Awaited<ReturnType<typeof openSecrets>>

/**
 * The secrets that count, in memory: a door that verifies asks no database. They are read anew when any process says that
 * they changed, and by `refresh`. One whose time is over counts no more, whether or not anything can be read.
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
  let known: SecretsByProvider
  let readAt = 0
  let firstEnd = Number.POSITIVE_INFINITY
  know(await loadSecrets(ctx()))

  function know(secrets: SecretsByProvider, at = performance.now()): void {
    known = secrets
    readAt = at
    const ends = Object.values(secrets).flatMap((each) =>
      each.map(({ endsInMs = Number.POSITIVE_INFINITY }) => endsInMs),
    )
    firstEnd = at + Math.min(Number.POSITIVE_INFINITY, ...ends)
  }

  /** What is left of the time that the database gave is measured by a clock that nobody sets. */
  function current(): SecretsByProvider {
    const now = performance.now()
    if (now >= firstEnd) {
      const left = Object.entries(known).map(([provider, secrets]) => [
        provider,
        secrets.filter(({ endsInMs = Number.POSITIVE_INFINITY }) => readAt + endsInMs > now),
      ])
      know(Object.fromEntries(left) as SecretsByProvider, readAt)
    }
    return known
  }

  /** One reading at a time, and one more where something changed meanwhile: an older answer never follows a newer one. */
  function refresh(): Promise<void> {
    isStale = true
    loading ??= read()
    return loading
  }

  async function read(): Promise<void> {
    try {
      while (isStale) {
        isStale = false
        know(await loadSecrets(ctx()))
      }
    } finally {
      // in the same breath as the last look: who asks after it is not given a reading that is over
      loading = undefined
    }
  }

  return { current, refresh, close }
}
