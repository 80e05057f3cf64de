import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, IconButton } from '../ui/button.tsx'
import { Empty } from '../ui/notice.tsx'

/** The record that an address names is not among the rows that are loaded. */
export function NotInList({
  what,
  icon,
  onLoadMore,
  onClose,
}: {
  what: string
  icon: ReactNode
  /** Absent when every row is loaded. */
  onLoadMore?: () => void
  onClose: () => void
}) {
  return (
    <div className="relative">
      <IconButton label="Close" keys="escape" className="absolute top-2 right-2" onClick={onClose}>
        <X aria-hidden className="size-4" />
      </IconButton>
      <Empty
        icon={icon}
        title={`${what} is not in this list`}
        action={onLoadMore && <Button onClick={onLoadMore}>Load older rows</Button>}
      >
        {onLoadMore ? 'It may be further down, or the filters leave it out.' : 'The filters may leave it out.'}
      </Empty>
    </div>
  )
}
