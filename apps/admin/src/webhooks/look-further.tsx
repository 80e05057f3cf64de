import type { Searched } from '@trunkline/core/webhooks/search'
import { Button } from '../ui/button.tsx'
import { formatLocal } from '../ui/format.ts'

/** How far a search has looked where it has not come to the end, and the way on. */
export function LookFurther({
  list: { searched, loadingMore, lookRefused, lookFurther },
}: {
  list: { searched: Searched; loadingMore: boolean; lookRefused: string | undefined; lookFurther: () => Promise<void> }
}) {
  if (!searched) return null
  return (
    <div className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 border-t px-4 py-2 text-sm text-ink-2">
      <span role="status">
        {searched.backTo === null
          ? 'Found by its name. What others say has not been searched.'
          : `Searched back to ${formatLocal(Date.parse(searched.backTo))}.`}
      </span>
      <Button size="small" busy={loadingMore} onClick={() => void lookFurther()}>
        Look further
      </Button>
      {lookRefused !== undefined && (
        <span role="alert" className="basis-full text-center text-bad-ink">
          It could not be searched further. {lookRefused}
        </span>
      )}
    </div>
  )
}
