import { Eye, EyeOff } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { IconButton } from '../ui/button.tsx'
import { Input } from '../ui/field.tsx'

/** A password that can be looked at. */
export function PasswordInput(props: ComponentProps<typeof Input>) {
  const [seen, setSeen] = useState(false)
  return (
    <span className="relative block">
      <Input {...props} type={seen ? 'text' : 'password'} className="pr-10" />
      <IconButton
        label={seen ? 'Hide the password' : 'Show the password'}
        size="icon-small"
        className="absolute top-0.5 right-0.5"
        onClick={() => setSeen(!seen)}
      >
        {seen ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
      </IconButton>
    </span>
  )
}
