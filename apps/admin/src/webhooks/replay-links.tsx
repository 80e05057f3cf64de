import { Link } from '@tanstack/react-router'
import { History, RotateCcw } from 'lucide-react'
import { useFilters } from '../app/filters.ts'
import { useRange } from '../app/range.tsx'
import type { WebhookSearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'

/** From the list of webhooks to replaying what it shows, and to what was replayed. */
export function ReplayLinks() {
  const mayNot = useRefusal()
  const range = useRange()
  const [{ state, provider, phone, q, cause }] = useFilters<WebhookSearch>()
  const of = state === 'quarantined' ? undefined : state
  const refusal = mayNot ?? (state === 'quarantined' ? 'What was refused is verified again, not replayed.' : undefined)
  return (
    <>
      <Button asChild>
        <Link to="/replays" search={{}}>
          <History aria-hidden className="size-3.5" />
          Replays
        </Link>
      </Button>
      {refusal ? (
        <Button refused={refusal}>
          <RotateCcw aria-hidden className="size-3.5" />
          Replay many…
        </Button>
      ) : (
        <Button asChild>
          <Link to="/replays/new" search={{ of, provider, phone, q, cause, range }}>
            <RotateCcw aria-hidden className="size-3.5" />
            Replay many…
          </Link>
        </Button>
      )}
    </>
  )
}
