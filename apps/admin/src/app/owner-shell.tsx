import { Link, Outlet } from '@tanstack/react-router'
import { useState } from 'react'
import { LeftOut } from './left-out.tsx'
import { Mark } from './rail.tsx'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { UserMenu } from './user-menu.tsx'
import { ViewBanner } from './view-banner.tsx'

/** The house as an owner sees it: his usage and his account, nothing of the operator's. */
export function OwnerShell() {
  const [shortcutsOpen, setShortcutsOpen] = useState(false)
  const item =
    'rounded-md px-2.5 py-1 text-sm font-medium text-ink-2 hover:bg-hover hover:text-ink data-[status=active]:bg-chosen data-[status=active]:text-accent-ink'
  return (
    <div className="flex h-dvh flex-col">
      <ViewBanner />
      <header className="flex h-12 shrink-0 items-center gap-2 border-b px-3">
        <Mark />
        <span className="text-[15px] font-semibold tracking-tight max-sm:sr-only">Trunkline</span>
        <nav aria-label="Main" className="ml-2 flex gap-1">
          <Link to="/usage" className={item}>
            Usage
          </Link>
          <Link to="/settings" className={item}>
            Settings
          </Link>
        </nav>
        <span className="flex-1" />
        <UserMenu onShortcuts={() => setShortcutsOpen(true)} />
      </header>
      <LeftOut />
      <main id="content" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto bg-canvas outline-none">
        <Outlet />
      </main>
      <ShortcutsDialog open={shortcutsOpen} onOpenChange={setShortcutsOpen} />
    </div>
  )
}
