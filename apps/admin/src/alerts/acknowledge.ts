import { problemOf, rpc } from '../app/rpc.ts'
import { formatCount } from '../ui/format.ts'
import { toast } from '../ui/toast.tsx'

/** Says «somebody looks at this» for one alert or for many. */
export function useAcknowledge() {
  const utils = rpc.useUtils()
  const acknowledge = rpc.alerts.acknowledge.useMutation()
  async function run(ids: readonly string[]): Promise<void> {
    const outcomes = await Promise.allSettled(ids.map((id) => acknowledge.mutateAsync({ id })))
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [problemOf(outcome.reason)] : []))
    await utils.alerts.invalidate()
    await utils.insights.overview.invalidate()
    const done = ids.length - refusals.length
    if (done > 0) toast.success(`${formatCount(done, 'alert')} acknowledged`)
    const [first] = refusals
    if (first)
      toast.error(`${formatCount(refusals.length, 'alert')} not acknowledged`, {
        description: first.message,
      })
  }
  return { acknowledge: run, busy: acknowledge.isPending }
}
