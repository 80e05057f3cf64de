import { problemOf, rpc } from '../app/rpc.ts'
import { formatCount } from '../ui/format.ts'
import { toast } from '../ui/toast.tsx'

export type IgnoreBounds = { until?: string; occurrences?: number; customers?: number }

/** What an operator decides of errors: mended, left alone for a time, or open after all. */
export function useDecide() {
  const utils = rpc.useUtils()
  const resolve = rpc.errors.resolve.useMutation()
  const ignore = rpc.errors.ignore.useMutation()
  const reopen = rpc.errors.reopen.useMutation()

  async function decide(ids: readonly string[], word: string, ask: (id: string) => Promise<unknown>): Promise<boolean> {
    const outcomes = await Promise.allSettled(ids.map(ask))
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [problemOf(outcome.reason)] : []))
    await utils.errors.invalidate()
    const done = ids.length - refusals.length
    if (done > 0) toast.success(`${formatCount(done, 'error')} ${word}`)
    const [first] = refusals
    if (first) toast.error(`${formatCount(refusals.length, 'error')} not ${word}`, { description: first.message })
    return refusals.length === 0
  }

  return {
    resolve: (ids: readonly string[], notes?: string) =>
      decide(ids, 'resolved', (id) => resolve.mutateAsync({ id, notes })),
    ignore: (id: string, bounds: IgnoreBounds) => decide([id], 'ignored', () => ignore.mutateAsync({ id, ...bounds })),
    reopen: (id: string) => decide([id], 'open again', () => reopen.mutateAsync({ id })),
    busy: resolve.isPending || ignore.isPending || reopen.isPending,
  }
}
