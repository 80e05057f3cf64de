import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

/** The filters of a list, as they stand in the address, and how to change them there. */
export function useFilters<Filters extends Record<string, string | undefined>>(): [
  Filters,
  (change: Partial<Filters>) => void,
] {
  const filters: object = useSearch({ strict: false })
  const navigate = useNavigate()
  const set = useCallback(
    (change: Partial<Filters>) =>
      void navigate({ to: '.', search: (before) => ({ ...before, unknown: undefined, ...change }), replace: true }),
    [navigate],
  )
  return [filters as Filters, set]
}

/** The filters of a list, for the address of one of its rows: found in a tab of another page, a row opens on its own. */
export function sameFilters<Search extends { tab?: unknown; unknown?: unknown }>({
  tab: _tab,
  unknown: _unknown,
  ...filters
}: Search): Omit<Search, 'tab' | 'unknown'> {
  return filters
}
