import { FilterText } from './filter-bar.tsx'
import { cleanPhone } from './phone.tsx'

/** A list narrowed to one phone number. */
export function NumberFilter({
  value,
  onChange,
}: {
  value: string | undefined
  onChange: (phone: string | undefined) => void
}) {
  return (
    <FilterText
      label="Number"
      value={value}
      placeholder="+1 312 555 0101"
      clean={cleanPhone}
      refuse={(text) =>
        /\d/.test(text) && !/\p{L}/u.test(text) ? undefined : 'A number is digits, as in +1 312 555 0101.'
      }
      onChange={onChange}
    />
  )
}
