import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Note } from '../ui/notice.tsx'

/** A secret that stands here and nowhere else. */
export function ShownOnce({
  title,
  label,
  secret,
  children,
  onClose,
}: {
  title: string
  label: string
  secret: string
  children: string
  onClose: () => void
}) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title}>
      <div className="grid gap-3">
        <Note tone="warn">{children}</Note>
        <p className="flex items-center gap-2 rounded-md border px-3 py-2">
          <output aria-label={label} className="min-w-0 flex-1 font-mono text-sm break-all">
            {secret}
          </output>
          <CopyButton text={secret} label={`Copy ${label.toLowerCase()}`} />
        </p>
        <Actions>
          <Button variant="primary" onClick={onClose}>
            I have kept it
          </Button>
        </Actions>
      </div>
    </Dialog>
  )
}
