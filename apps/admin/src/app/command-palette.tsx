import { keepPreviousData } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import {
  Building2,
  Keyboard,
  KeyRound,
  LogOut,
  Moon,
  PhoneMissed,
  Plus,
  RotateCcw,
  Scale,
  Sun,
  Webhook,
} from 'lucide-react'
import { lazy, Suspense, useDeferredValue, useEffect, useState } from 'react'
import { formatRelative, formatWords, shortId } from '../ui/format.ts'
import { Palette, PaletteGroup, PaletteItem } from '../ui/palette.tsx'
import { places } from './navigation.ts'
import { rpc } from './rpc.ts'
import { useRefusal } from './session.ts'
import { setTheme, useTheme } from './theme.ts'
import { useSignOut } from './user-menu.tsx'

// the numbering plans of the world weigh more than the palette
const PhoneText = lazy(async () => ({ default: (await import('../ui/phone.tsx')).PhoneText }))

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

function useFinds(query: string, open: boolean, mayRead: boolean) {
  const settled = useSettled(query.trim())
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
  return {
    busy: enabled && (customers.isFetching || webhooks.isFetching || unknown.isFetching),
    customers: enabled ? (customers.data?.items ?? []) : [],
    webhooks: enabled ? (webhooks.data?.items ?? []) : [],
    unknown: enabled && phone ? (unknown.data?.items ?? []) : [],
  }
}

export function CommandPalette({
  open,
  onOpenChange,
  query,
  onQuery,
  onShortcuts,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  query: string
  onQuery: (query: string) => void
  onShortcuts: () => void
}) {
  const navigate = useNavigate()
  const refusal = useRefusal()
  const finds = useFinds(useDeferredValue(query), open, refusal === undefined)
  const { theme } = useTheme()
  const leave = useSignOut()
  const then = (run: () => unknown) => () => {
    onOpenChange(false)
    run()
  }
  const now = Date.now()
  return (
    <Palette
      open={open}
      onOpenChange={onOpenChange}
      query={query}
      onQuery={onQuery}
      busy={finds.busy}
      placeholder="Go to a page, find a number, a customer, a webhook…"
      found={finds.customers.length + finds.webhooks.length + finds.unknown.length}
    >
      {finds.customers.length > 0 && (
        <PaletteGroup heading="Customers" always>
          {finds.customers.map((customer) => (
            <PaletteItem
              key={customer.id}
              value={customer.id}
              always
              icon={<Building2 aria-hidden />}
              aside={customer.tier}
              onSelect={then(() => navigate({ to: '/customers/$customerId', params: { customerId: customer.id } }))}
            >
              {customer.businessName}
            </PaletteItem>
          ))}
        </PaletteGroup>
      )}
      {finds.unknown.length > 0 && (
        <PaletteGroup heading="Unknown numbers" always>
          {finds.unknown.map((number) => (
            <PaletteItem
              key={number.id}
              value={number.id}
              always
              icon={<PhoneMissed aria-hidden />}
              aside={number.resolution ?? 'open'}
              onSelect={then(() =>
                navigate({
                  to: '/unknown-numbers/$unknownPhoneId',
                  params: { unknownPhoneId: number.id },
                  search: { phone: number.phoneNumber, show: number.resolvedAt ? 'resolved' : undefined },
                }),
              )}
            >
              <Suspense fallback={number.phoneNumber}>
                <PhoneText number={number.phoneNumber} />
              </Suspense>
            </PaletteItem>
          ))}
        </PaletteGroup>
      )}
      {finds.webhooks.length > 0 && (
        <PaletteGroup heading="Webhooks" always>
          {finds.webhooks.map((webhook) => (
            <PaletteItem
              key={webhook.id}
              value={webhook.id}
              always
              icon={<Webhook aria-hidden />}
              aside={`${webhook.state} · ${formatRelative(Date.parse(webhook.receivedAt), now)}`}
              onSelect={then(() => navigate({ to: '/webhooks/$webhookId', params: { webhookId: webhook.id } }))}
            >
              {webhook.eventType ?? 'Unread'}{' '}
              <span className="font-mono text-xs text-ink-3">{shortId(webhook.id)}</span>
            </PaletteItem>
          ))}
        </PaletteGroup>
      )}
      <PaletteGroup heading="Go to">
        {places.flatMap(({ places }) =>
          places.map((place) => (
            <PaletteItem
              key={place.to}
              value={`go ${place.label}`}
              keywords={place.words}
              icon={<place.icon aria-hidden />}
              keys={`g ${place.letter}`}
              onSelect={then(() => navigate({ to: place.to }))}
            >
              {place.label}
            </PaletteItem>
          )),
        )}
      </PaletteGroup>
      <PaletteGroup heading="Do">
        {!refusal && (
          <PaletteItem
            value="add customer"
            keywords={['new', 'create', 'business']}
            icon={<Plus aria-hidden />}
            onSelect={then(() => navigate({ to: '/customers', search: { create: 'yes' } }))}
          >
            Add a customer
          </PaletteItem>
        )}
        {!refusal && (
          <PaletteItem
            value="reconcile now"
            keywords={['run', 'compare', 'reconciliation']}
            icon={<Scale aria-hidden />}
            onSelect={then(() => navigate({ to: '/reconciliation', search: { start: 'yes' } }))}
          >
            Reconcile now
          </PaletteItem>
        )}
        {!refusal && (
          <PaletteItem
            value="plan a replay"
            icon={<RotateCcw aria-hidden />}
            onSelect={then(() => navigate({ to: '/replays/new', search: { of: 'dead' } }))}
          >
            Plan a replay
          </PaletteItem>
        )}
        {(['failed', 'dead'] as const).map((state) => (
          <PaletteItem
            key={state}
            value={`show ${state} webhooks`}
            keywords={['inbox', 'replay', 'queue']}
            icon={<Webhook aria-hidden />}
            onSelect={then(() => navigate({ to: '/webhooks', search: { state } }))}
          >
            {formatWords(`show_${state}_webhooks`)}
          </PaletteItem>
        ))}
        <PaletteItem
          value="switch theme"
          keywords={['dark', 'light', 'mode']}
          icon={theme === 'dark' ? <Sun aria-hidden /> : <Moon aria-hidden />}
          onSelect={then(() => setTheme(theme === 'dark' ? 'light' : 'dark'))}
        >
          Switch to {theme === 'dark' ? 'light' : 'dark'} theme
        </PaletteItem>
        <PaletteItem
          value="keyboard shortcuts"
          keywords={['keys', 'help']}
          icon={<Keyboard aria-hidden />}
          keys="?"
          onSelect={then(onShortcuts)}
        >
          Keyboard shortcuts
        </PaletteItem>
        <PaletteItem
          value="change password"
          icon={<KeyRound aria-hidden />}
          onSelect={then(() => navigate({ to: '/settings', hash: 'password' }))}
        >
          Change password
        </PaletteItem>
        <PaletteItem
          value="sign out"
          keywords={['log out', 'leave']}
          icon={<LogOut aria-hidden />}
          onSelect={then(leave)}
        >
          Sign out
        </PaletteItem>
      </PaletteGroup>
    </Palette>
  )
}
