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
import { lazy, Suspense } from 'react'
import { formatRelative, formatWords, shortId } from '../ui/format.ts'
import { Palette, PaletteGroup, PaletteItem } from '../ui/palette.tsx'
import { places } from './navigation.ts'
import { isNamed, useFinds } from './palette-finds.ts'
import { useRefusal } from './session.ts'
import { setTheme, useTheme } from './theme.ts'
import { useSignOut } from './user-menu.tsx'

// the numbering plans of the world weigh more than the palette
const PhoneText = lazy(async () => ({ default: (await import('../ui/phone.tsx')).PhoneText }))

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
  const finds = useFinds(query, open, refusal === undefined)
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
              disabled={finds.isOld.customers && !isNamed(customer.businessName, query)}
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
              disabled={finds.isOld.unknown}
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
              disabled={finds.isOld.webhooks}
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
