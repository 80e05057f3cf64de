import { keepPreviousData } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useState } from 'react'
import { rpc } from './rpc.ts'

/** What was typed, once the typing pauses. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 150)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

/** The digits of a number typed in any of the ways people write one. */
function asPhone(text: string): string | undefined {
  if (!/^[+\d\s().-]{4,}$/.test(text)) return undefined
  const digits = text.replace(/\D/g, '')
  if (text.trim().startsWith('+')) return `+${digits}`
  return digits.length === 10 ? `+1${digits}` : `+${digits}`
}

/** Whether a name holds what is typed. */
export const isNamed = (name: string, query: string) => name.toLowerCase().includes(query.trim().toLowerCase())

/** What the server finds for what is typed (customers, webhooks, unknown numbers), a moment after the typing pauses. */
export function useFinds(typed: string, open: boolean, mayRead: boolean) {
  const settled = useSettled(useDeferredValue(typed).trim())
  const phone = asPhone(settled)
  const enabled = open && settled.length >= 2
  const found = { enabled, placeholderData: keepPreviousData, staleTime: 5000 }
  const customers = rpc.customers.list.useQuery({ q: settled, limit: 5 }, found)
  const webhooks = rpc.webhooks.list.useQuery(phone ? { phone, limit: 5 } : { q: settled, limit: 5 }, {
    ...found,
    enabled: enabled && mayRead,
  })
  const unknown = rpc.unknownPhones.list.useQuery(
    { phone: phone ?? '', limit: 3 },
    { ...found, enabled: enabled && phone !== undefined },
  )
  const isOld = settled !== typed.trim()
  return {
    /** Found for other letters than those that are typed by now. */
    isOld: {
      customers: isOld || customers.isPlaceholderData,
      webhooks: isOld || webhooks.isPlaceholderData,
      unknown: isOld || unknown.isPlaceholderData,
    },
    busy: enabled && (customers.isFetching || webhooks.isFetching || unknown.isFetching),
    customers: enabled ? (customers.data?.items ?? []) : [],
    webhooks: enabled ? (webhooks.data?.items ?? []) : [],
    unknown: enabled && phone ? (unknown.data?.items ?? []) : [],
  }
}
