import { keepPreviousData } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { isNamed } from '../app/palette-finds.ts'
import { rpc } from '../app/rpc.ts'
import { FilterPopover } from '../ui/filter-bar.tsx'
import { formatPhone } from '../ui/phone.tsx'
import { Picker } from '../ui/picker.tsx'

export function CustomerPicker({
  chosen,
  onChoose,
  autoFocus,
}: {
  chosen?: string
  onChoose: (customer: { id: string; businessName: string }) => void
  autoFocus?: boolean
}) {
  const [query, setQuery] = useState('')
  const q = useDeferredValue(query.trim()) || undefined
  const found = rpc.customers.list.useQuery({ q, limit: 20 }, { placeholderData: keepPreviousData })
  const customers = found.data?.items ?? []
  const isOld = found.isPlaceholderData || (query.trim() || undefined) !== q
  return (
    <Picker
      label="Customer"
      placeholder="Find a customer by name or number"
      autoFocus={autoFocus}
      query={query}
      onQuery={setQuery}
      busy={found.isFetching}
      chosen={chosen}
      empty="No customer matches. It can be added on the customers page."
      items={customers.map((customer) => ({
        id: customer.id,
        label: customer.businessName,
        isOld: isOld && !isNamed(customer.businessName, query),
        aside: customer.numbers[0] ? formatPhone(customer.numbers[0]) : 'no number',
      }))}
      onChoose={(id) => {
        const customer = customers.find((each) => each.id === id)
        if (customer) onChoose(customer)
      }}
    />
  )
}

/** The rows of one customer. */
export function CustomerFilter({
  value,
  onChange,
}: {
  value: string | undefined
  onChange: (customerId: string | undefined) => void
}) {
  const [open, setOpen] = useState(false)
  const customer = rpc.customers.find.useQuery({ id: value ?? '' }, { enabled: value !== undefined })
  return (
    <FilterPopover
      label="Customer"
      shown={value && (customer.data?.businessName ?? '…')}
      onClear={() => onChange(undefined)}
      open={open}
      onOpenChange={setOpen}
    >
      <CustomerPicker
        autoFocus
        chosen={value}
        onChoose={({ id }) => {
          onChange(id)
          setOpen(false)
        }}
      />
    </FilterPopover>
  )
}
