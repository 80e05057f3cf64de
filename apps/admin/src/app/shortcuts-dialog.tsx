import { clsx } from 'clsx'
import { Dialog } from '../ui/dialog.tsx'
import { Keys } from '../ui/keys.tsx'
import { useShortcutList } from '../ui/shortcuts.ts'

/** Every key that works on this page. */
export function ShortcutsDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const groups = useShortcutList()
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" wide>
      <div className="grid gap-x-10 sm:grid-flow-col sm:grid-cols-2 sm:grid-rows-[auto_auto_auto_1fr]">
        {[...groups].map(([group, shortcuts]) => (
          <section
            key={group}
            className={clsx('mb-5', group === 'Go to' && 'sm:col-start-2 sm:row-span-4 sm:row-start-1')}
          >
            <h3 className="mb-1.5 text-xs font-medium text-ink-3">{group}</h3>
            <dl className="grid gap-1">
              {shortcuts.map((shortcut) => (
                <div key={shortcut.keys} className="flex items-center justify-between gap-4 text-sm">
                  <dt>{shortcut.label}</dt>
                  <dd>
                    <Keys keys={shortcut.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
