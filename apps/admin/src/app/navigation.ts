import {
  Activity,
  BellRing,
  Bug,
  Building2,
  EyeOff,
  Gauge,
  Layers,
  type LucideIcon,
  MessageSquareText,
  PhoneCall,
  PhoneMissed,
  Plug,
  Receipt,
  Scale,
  ScrollText,
  Settings,
  UserCog,
  Webhook,
} from 'lucide-react'

export type Place = {
  to:
    | '/'
    | '/alerts'
    | '/webhooks'
    | '/sources'
    | '/calls'
    | '/messages'
    | '/unknown-numbers'
    | '/customers'
    | '/usage'
    | '/billing'
    | '/tiers'
    | '/reconciliation'
    | '/errors'
    | '/staff'
    | '/audit'
    | '/privacy'
    | '/settings'
  label: string
  letter: string
  icon: LucideIcon
  words: string[]
}

export const places: { group: string; places: Place[] }[] = [
  {
    group: 'Now',
    places: [
      { to: '/', label: 'Overview', letter: 'o', icon: Activity, words: ['home', 'dashboard'] },
      { to: '/alerts', label: 'Alerts', letter: 'a', icon: BellRing, words: ['ops', 'pages'] },
    ],
  },
  {
    group: 'Traffic',
    places: [
      {
        to: '/webhooks',
        label: 'Webhooks',
        letter: 'w',
        icon: Webhook,
        words: ['inbox', 'queue', 'events', 'deliveries'],
      },
      {
        to: '/sources',
        label: 'Sources',
        letter: 'i',
        icon: Plug,
        words: ['providers', 'secrets', 'pause', 'test event', 'causes', 'dead letters', 'lag'],
      },
      { to: '/calls', label: 'Calls', letter: 'l', icon: PhoneCall, words: ['voice', 'phone'] },
      { to: '/messages', label: 'Messages', letter: 'm', icon: MessageSquareText, words: ['sms', 'text'] },
      {
        to: '/unknown-numbers',
        label: 'Unknown numbers',
        letter: 'u',
        icon: PhoneMissed,
        words: ['phone', 'unmatched'],
      },
    ],
  },
  {
    group: 'Customers',
    places: [
      { to: '/customers', label: 'Customers', letter: 'c', icon: Building2, words: ['businesses', 'agents'] },
      {
        to: '/usage',
        label: 'Usage',
        letter: 'd',
        icon: Gauge,
        words: ['minutes', 'messages', 'caps', 'limits', 'meters', 'demand'],
      },
      {
        to: '/billing',
        label: 'Billing',
        letter: 'b',
        icon: Receipt,
        words: ['money', 'invoices', 'payments', 'past due', 'stripe', 'margin'],
      },
      {
        to: '/tiers',
        label: 'Tiers',
        letter: 't',
        icon: Layers,
        words: ['prices', 'plans', 'caps', 'core', 'pro', 'elite', 'scale'],
      },
    ],
  },
  {
    group: 'System',
    places: [
      {
        to: '/reconciliation',
        label: 'Reconciliation',
        letter: 'r',
        icon: Scale,
        words: ['runs', 'compare', 'differences', 'missing', 'heal', 'books', 'audit of usage'],
      },
      { to: '/errors', label: 'Errors', letter: 'e', icon: Bug, words: ['bugs', 'exceptions', 'crashes', 'stack'] },
      {
        to: '/staff',
        label: 'Staff',
        letter: 'f',
        icon: UserCog,
        words: ['people', 'users', 'roles', 'invite', 'api keys', 'access'],
      },
      {
        to: '/audit',
        label: 'Audit log',
        letter: 'h',
        icon: ScrollText,
        words: ['history', 'who', 'changes', 'acts'],
      },
      {
        to: '/privacy',
        label: 'Privacy',
        letter: 'p',
        icon: EyeOff,
        words: ['erase', 'forget', 'export', 'gdpr', 'data'],
      },
      {
        to: '/settings',
        label: 'Settings',
        letter: 's',
        icon: Settings,
        words: ['sessions', 'password', 'passkey', 'account', 'second factor', 'two-step'],
      },
    ],
  },
]
