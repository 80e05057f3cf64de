import { formatWords } from '../ui/format.ts'

/** «customers.delete» as a person says it: «Customers: delete». */
export function actWords(action: string): string {
  const [domain = '', act = ''] = action.split('.')
  return `${formatWords(domain)}: ${act.replaceAll('_', ' ')}`
}

/** The kinds of acts by which the log is narrowed. */
export const domains = [
  'customers',
  'agents',
  'sessions',
  'webhooks',
  'numbers',
  'alerts',
  'errors',
  'calls',
  'messages',
  'privacy',
] as const
