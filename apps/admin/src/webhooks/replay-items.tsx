import { Link } from '@tanstack/react-router'
import type { ReplayDetail } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import type { ReplaySearch } from '../app/search.ts'
import { formatNumber, shortId } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { ViewTabs } from '../ui/tabs.tsx'

const mostShown = 100

/** What is to be seen first. */
function firstOf({ progress, effects }: ReplayDetail): NonNullable<ReplaySearch['items']> {
  if (progress.failed > 0) return 'failed'
  return effects.changed === 0 && effects.refused > 0 ? 'refused' : 'changed'
}

/** The webhooks behind the figures, each a link to its bytes and attempts. */
export function ReplayItems({ replay }: { replay: ReplayDetail }) {
  const [{ items: view = firstOf(replay) }, setFilters] = useFilters<ReplaySearch>()
  const query = rpc.webhooks.replays.items.useQuery({ id: replay.id, view, limit: mostShown })
  return (
    <Panel title="Which webhooks" flush>
      <div className="border-t px-3">
        <ViewTabs
          label="Which webhooks of this replay"
          value={view}
          onChange={(next) => setFilters({ items: next })}
          views={[
            { value: 'changed', label: 'Change something', count: replay.effects.changed },
            { value: 'refused', label: 'Cannot be replayed', count: replay.effects.refused },
            { value: 'skipped', label: 'Skipped', count: replay.progress.skipped },
            { value: 'failed', label: 'Failed', count: replay.progress.failed, alarming: true },
          ]}
        />
      </div>
      <Loaded query={query} what="The webhooks of this replay" skeleton={<SkeletonRows rows={4} />}>
        {({ items, nextCursor }) => (
          <>
            <ul aria-label="Webhooks of this replay" className="divide-y border-t">
              {items.map(({ webhookId, changes, problem }) => (
                <li key={webhookId} className="grid gap-1 px-4 py-2 text-sm sm:grid-cols-[9rem_1fr]">
                  <Link
                    to="/webhooks/$webhookId"
                    params={{ webhookId }}
                    className="font-mono text-xs text-accent-ink hover:underline"
                  >
                    {shortId(webhookId)}
                  </Link>
                  <span className="figures min-w-0 break-words text-ink-2">{problem ?? changes.join('; ')}</span>
                </li>
              ))}
            </ul>
            {items.length === 0 && <p className="border-t px-4 py-3 text-sm text-ink-2">None.</p>}
            {nextCursor !== null && (
              <p className="border-t px-4 py-2 text-xs text-ink-2">The first {formatNumber(items.length)} are shown.</p>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  )
}
