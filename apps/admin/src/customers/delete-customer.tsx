import { Link, useNavigate } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { useState } from 'react'
import type { CustomerDetail } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { useExport } from '../privacy/export.ts'
import { HeldRows } from '../privacy/held-rows.tsx'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { formatCount } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { formatPhone } from '../ui/phone.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { toast } from '../ui/toast.tsx'

/** Says what would become of everything, and deletes when the name is typed. */
export function DeleteCustomer({ customer, onClose }: { customer: CustomerDetail; onClose: () => void }) {
  const navigate = useNavigate()
  const utils = rpc.useUtils()
  const plan = rpc.customers.planDeletion.useQuery({ id: customer.id }, { staleTime: 0, gcTime: 0 })
  const [name, setName] = useState('')
  const exporting = useExport()
  const remove = rpc.customers.delete.useMutation({
    onSuccess: async () => {
      toast.success(`${customer.businessName} is deleted`)
      await navigate({ to: '/customers' })
      await utils.customers.invalidate()
    },
    // what has changed since is shown before it is asked again
    onError: () => void plan.refetch(),
  })
  const problem = remove.error ? problemOf(remove.error) : undefined
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={`Delete ${customer.businessName}`}
      description="Its people are signed out at once, its lines are free, and what is personal is shredded. What was charged stays."
    >
      <Loaded query={plan} what="The plan" skeleton={<SkeletonRows rows={8} />}>
        {({ hash, numbers, owners, rows }) => (
          <form
            noValidate
            aria-label="Delete the customer"
            className="grid gap-4"
            onSubmit={(event) => {
              event.preventDefault()
              remove.mutate({ id: customer.id, hash, businessName: name })
            }}
          >
            <p className="text-sm">
              {numbers.length === 0
                ? 'It has no line.'
                : `${numbers.length === 1 ? 'Its line is' : 'Its lines are'} free again: ${numbers.map((number) => formatPhone(number)).join(', ')}.`}{' '}
              {owners === 0
                ? 'Nobody signs in for it.'
                : `${formatCount(owners, 'person', 'people')} cannot sign in any more.`}
            </p>
            <HeldRows rows={rows} />
            {problem && (
              <Note tone="bad" live>
                {problem.message}
              </Note>
            )}
            <Field label={`Type «${customer.businessName}» to delete it for good`}>
              {(described) => (
                <Input
                  {...described}
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                  autoComplete="off"
                />
              )}
            </Field>
            <Actions>
              <Button busy={exporting.busy} onClick={() => void exporting.run({ customerId: customer.id })}>
                <Download aria-hidden className="size-3.5" />
                Export first
              </Button>
              <Button onClick={onClose}>Cancel</Button>
              <Button
                type="submit"
                variant="danger"
                busy={remove.isPending}
                refused={name === customer.businessName ? undefined : 'The name has to be typed'}
              >
                Delete the customer
              </Button>
            </Actions>
          </form>
        )}
      </Loaded>
    </Dialog>
  )
}

/** Who did what to it, from its page. */
export function AuditLink({ customerId }: { customerId: string }) {
  return (
    <Link to="/audit" search={{ customer: customerId }} className="text-sm text-accent-ink hover:underline">
      Who changed what here
    </Link>
  )
}
