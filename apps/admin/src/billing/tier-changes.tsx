import { actorName } from '../app/actor-name.ts'
import type { TierChangeRow } from '../app/contract.ts'
import { rpc } from '../app/rpc.ts'
import { formatCents } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import type { Tone } from '../ui/pill.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Moment, Timeline } from '../ui/timeline.tsx'
import { periodName } from '../usage/period.ts'
import { tierName } from '../usage/tiers.ts'

const faces: Record<TierChangeRow['state'], { tone: Tone; word: string }> = {
  pending: { tone: 'info', word: 'Waits' },
  applied: { tone: 'ok', word: 'Done' },
  cancelled: { tone: 'neutral', word: 'Taken back' },
  superseded: { tone: 'neutral', word: 'Replaced by another' },
}

/** The last ten changes of tier, with what each cost. */
export function TierChanges({ customerId }: { customerId: string }) {
  const changes = rpc.usage.tierChanges.list.useQuery({ customerId, limit: 10 }).data?.items ?? []
  if (changes.length === 0) return null
  return (
    <Panel title="Changes of tier">
      <Timeline>
        {changes.map((change) => (
          <Moment
            key={change.id}
            tone={faces[change.state].tone}
            title={`${tierName(change.from)} to ${tierName(change.to)}`}
            at={<TimeAgo at={change.createdAt} />}
          >
            <span className="figures">
              {faces[change.state].word}
              {change.state === 'pending' && ` for 1 ${periodName(change.dueAt)}`}
              {change.chargeCents !== change.creditCents &&
                `, prorated ${formatCents(change.chargeCents - change.creditCents)}`}
              {change.requestedBy && `, by ${actorName(change.requestedBy).name}`}
              {change.reason && `: ${change.reason}`}
            </span>
          </Moment>
        ))}
      </Timeline>
    </Panel>
  )
}
