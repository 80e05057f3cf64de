import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import { rpc } from '../app/rpc.ts'
import { rememberSignedIn } from '../app/session.ts'

/** Asks why, then shows the house as the owner has it. This session is the owner's until the view ends. */
export function ViewAsOwner({
  customer,
  onClose,
}: {
  customer: { id: string; businessName: string }
  onClose: () => void
}) {
  const [reason, setReason] = useState('')
  const start = rpc.views.start.useMutation({
    onSuccess: () => {
      rememberSignedIn({ role: 'owner' })
      // everything that was loaded was loaded as somebody else
      location.assign('/admin/usage')
    },
  })
  return (
    <ActDialog
      title={`See ${customer.businessName} as its owner does`}
      description="For half an hour, in every tab of this session. Nothing can be changed meanwhile. The audit keeps who looked, and why."
      act="See it for 30 minutes"
      busy={start.isPending}
      error={start.error}
      reason={reason}
      letters={5}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() => start.mutate({ id: customer.id, reason })}
    />
  )
}
