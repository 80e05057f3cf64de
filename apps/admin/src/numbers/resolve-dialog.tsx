import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { UnknownPhone } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { problemOf, rpc, rpcClient } from '../app/rpc.ts'
import { CustomerPicker } from '../customers/customer-picker.tsx'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Choices } from '../ui/field.tsx'
import { formatCount } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { formatPhone } from '../ui/phone.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { toast } from '../ui/toast.tsx'
import { BackBill, isFruitless } from './back-bill.tsx'

type Resolution = NonNullable<UnknownPhone['resolution']>

/** Says whose a number is, or that it is nobody's. */
export function ResolveDialog({
  number,
  open,
  onOpenChange,
}: {
  number: UnknownPhone
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const utils = rpc.useUtils()
  const [resolution, setResolution] = useState<Resolution>('matched')
  const [customer, setCustomer] = useState<{ id: string; businessName: string }>()
  const isPreviewed = resolution === 'matched' && customer !== undefined && number.waiting > 0
  // under a key of its own: what is agreed to must not change while it is read, and traffic must not ask for it again
  const preview = useQuery({
    queryKey: ['backBill', number.id, customer?.id],
    queryFn: ({ signal }) =>
      rpcClient.webhooks.previewBackBill.query({ id: number.id, customerId: customer?.id ?? '' }, { signal }),
    enabled: isPreviewed,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const nothingCounts = isPreviewed && preview.data !== undefined && isFruitless(preview.data)
  const resolve = rpc.unknownPhones.resolve.useMutation({
    onSuccess: async ({ released }) => {
      onOpenChange(false)
      toast.success(
        resolution === 'matched'
          ? `${formatPhone(number.phoneNumber)} belongs to ${customer?.businessName}`
          : `${formatPhone(number.phoneNumber)} is ${resolution === 'spam' ? 'spam' : 'ignored'}`,
        {
          description:
            resolution === 'matched' && released > 0 && !nothingCounts
              ? `${formatCount(released, 'webhook')} replayed now.`
              : undefined,
        },
      )
      await Promise.all([utils.unknownPhones.invalidate(), utils.insights.overview.invalidate()])
    },
  })
  const waiting = formatCount(number.waiting, 'webhook')
  const left = `${waiting} that ${number.waiting === 1 ? 'waits counts' : 'wait count'} for nobody.`
  const act: Record<Resolution, string> = {
    matched: nothingCounts
      ? 'Match the number only'
      : number.waiting > 0
        ? `Match and replay ${waiting}`
        : 'Match the number',
    spam: 'Mark as spam',
    ignored: 'Ignore the number',
  }
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Whose number is ${formatPhone(number.phoneNumber)}?`}
      description={`Heard in ${number.eventTypes.join(', ')}.`}
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          resolve.mutate({
            id: number.id,
            resolution,
            ...(resolution === 'matched' && customer ? { customerId: customer.id } : {}),
          })
        }}
      >
        <Choices<Resolution>
          label="What it is"
          name="resolution"
          value={resolution}
          onChange={setResolution}
          choices={[
            {
              value: 'matched',
              label: 'A customer’s line',
              hint:
                number.waiting > 0
                  ? `The customer gets the line, and the ${waiting} that ${number.waiting === 1 ? 'waits is' : 'wait are'} replayed and counted.`
                  : 'The customer gets the line. Nothing waits to be replayed.',
            },
            { value: 'spam', label: 'Spam', hint: number.waiting > 0 ? `The ${left}` : 'Nothing waits.' },
            {
              value: 'ignored',
              label: 'Nobody’s, and that is right',
              hint: number.waiting > 0 ? `A test line, an old number. The ${left}` : 'A test line, an old number.',
            },
          ]}
        />
        {resolution === 'matched' && (
          <div className="grid gap-1.5">
            <CustomerPicker chosen={customer?.id} onChoose={setCustomer} />
            {customer && (
              <p className="text-sm text-ink-2">
                Becomes a line of <span className="font-medium text-ink">{customer.businessName}</span>.
              </p>
            )}
          </div>
        )}
        {isPreviewed && (
          <section aria-label="What would be booked" aria-live="polite" aria-busy={preview.isFetching}>
            <Loaded
              query={preview}
              what="The preview"
              skeleton={
                <div role="status" aria-label="Finding out what would be booked">
                  <Skeleton className="h-24 rounded-md" />
                </div>
              }
            >
              {(found) => <BackBill found={found} />}
            </Loaded>
          </section>
        )}
        {resolve.error && (
          <Note tone="bad" live>
            {problemOf(resolve.error).message}
          </Note>
        )}
        <Actions>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            type="submit"
            variant="primary"
            busy={resolve.isPending}
            refused={
              resolution === 'matched' && !customer
                ? 'Choose the customer first.'
                : isPreviewed && preview.isPending
                  ? 'Wait for the preview.'
                  : undefined
            }
          >
            {act[resolution]}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
