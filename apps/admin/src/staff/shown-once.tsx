import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Note } from '../ui/notice.tsx'
import { ShownSecret } from '../ui/shown-secret.tsx'

/** Tells a secret when it is made. */
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
        <ShownSecret label={label} secret={secret} />
        <Actions>
          <Button variant="primary" onClick={onClose}>
            I have kept it
          </Button>
        </Actions>
      </div>
    </Dialog>
  )
}
