import { Eye } from 'lucide-react'
import { useEffect } from 'react'
import { Button } from '../ui/button.tsx'
import { toast } from '../ui/toast.tsx'
import { problemOf, rpc } from './rpc.ts'
import { rememberSignedIn, useMe } from './session.ts'

/** Who looks at a customer as its owner does is told so on every page, and leaves from there. */
export function ViewBanner() {
  const me = useMe()
  const viewing = me?.viewing
  const end = rpc.views.end.useMutation({
    onSuccess: () => leave(me?.customerId),
    onError: (error) => toast.error('The view goes on', { description: problemOf(error).message }),
  })
  const until = viewing ? Date.parse(viewing.until) : undefined
  const customerId = me?.customerId
  useEffect(() => {
    if (until === undefined) return
    const timer = setTimeout(() => leave(customerId), Math.max(0, until - Date.now()))
    return () => clearTimeout(timer)
  }, [until, customerId])
  if (!viewing || until === undefined) return null
  return (
    <div
      role="status"
      className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-warn-line bg-warn-soft px-3 py-1 text-sm text-warn-ink"
    >
      <Eye aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1">
        You see <strong className="font-semibold">{viewing.businessName}</strong> as its owner does, until{' '}
        {new Date(until).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}. Nothing can be changed.
        Reason: {viewing.reason}
      </p>
      <Button size="small" busy={end.isPending} onClick={() => end.mutate({})}>
        End the view
      </Button>
    </div>
  )
}

function leave(customerId: string | null | undefined): void {
  rememberSignedIn({ role: 'admin' })
  location.assign(customerId ? `/admin/customers/${customerId}` : '/admin/')
}
