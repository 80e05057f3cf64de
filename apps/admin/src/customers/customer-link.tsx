import { Link } from '@tanstack/react-router'

/** A customer by name, from a row of something else. */
export function CustomerLink({ customer }: { customer: { id: string; businessName: string } | null }) {
  if (!customer) return <span className="text-ink-3">—</span>
  return (
    <Link
      to="/customers/$customerId"
      params={{ customerId: customer.id }}
      className="relative z-10 truncate text-ink-2 hover:text-ink hover:underline"
    >
      {customer.businessName}
    </Link>
  )
}
