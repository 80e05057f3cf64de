import { Outlet, useMatches, useNavigate } from '@tanstack/react-router'
import { Menu as MenuIcon, Monitor, Moon, Search, Sun } from 'lucide-react'
import { useEffect, useState } from 'react'
import { IconButton } from '../ui/button.tsx'
import { Sheet } from '../ui/dialog.tsx'
import { Keys } from '../ui/keys.tsx'
import { useShortcuts } from '../ui/shortcuts.ts'
import { Tip } from '../ui/tip.tsx'
import { CommandPalette } from './command-palette.tsx'
import { LeftOut } from './left-out.tsx'
import { startLive } from './live.ts'
import { LiveDot } from './live-dot.tsx'
import { places } from './navigation.ts'
import { Rail } from './rail.tsx'
import { RangePicker } from './range.tsx'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { setTheme, useTheme } from './theme.ts'
import { UserMenu } from './user-menu.tsx'

export function Shell() {
  const navigate = useNavigate()
  const [railOpen, setRailOpen] = useState(false)
  const [shortcutsOpen, setShortcutsOpen] = useState(false)
  const [paletteOpen, setPaletteOpen] = useState(false)
  const [query, setQuery] = useState('')
  const withoutRange = useMatches({
    select: (matches) => matches.map(({ staticData }) => staticData.withoutRange).findLast(Boolean),
  })

  useEffect(() => startLive(), [])

  const openPalette = () => {
    setQuery('')
    setPaletteOpen(true)
  }
  useShortcuts([
    { keys: 'mod+k', label: 'Search and commands', group: 'Everywhere', run: openPalette },
    { keys: '?', label: 'Keyboard shortcuts', group: 'Everywhere', run: () => setShortcutsOpen(true) },
    ...places.flatMap(({ places }) =>
      places.map(({ to, label, letter }) => ({
        keys: `g ${letter}`,
        label: `Go to ${label.toLowerCase()}`,
        group: 'Go to',
        run: () => void navigate({ to }),
      })),
    ),
  ])

  return (
    <div className="flex h-dvh">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-raised px-3 py-2 text-sm shadow-float focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <div className="flex w-56 shrink-0 flex-col border-r max-[900px]:hidden">
        <Rail />
      </div>
      <Sheet open={railOpen} onOpenChange={setRailOpen} title="Main menu">
        <Rail onGo={() => setRailOpen(false)} />
      </Sheet>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-12 shrink-0 items-center gap-1.5 border-b px-3">
          <IconButton label="Menu" className="min-[901px]:hidden" onClick={() => setRailOpen(true)}>
            <MenuIcon aria-hidden className="size-4" />
          </IconButton>
          <button
            type="button"
            onClick={openPalette}
            className="flex h-8 min-w-8 items-center gap-2 rounded-md border bg-surface px-2.5 text-sm text-ink-3 hover:border-line-strong sm:w-72"
          >
            <Search aria-hidden className="size-3.5 shrink-0" />
            <span className="flex-1 truncate text-left max-sm:sr-only">Search or jump to…</span>
            <span className="max-sm:hidden">
              <Keys keys="mod+k" />
            </span>
          </button>
          <span className="flex-1" />
          {withoutRange && <RangePicker without={withoutRange} />}
          <Tip label="The installation this page talks to">
            <span className="mx-1 inline-flex h-6 items-center rounded-sm border px-1.5 font-mono text-2xs text-ink-2 max-md:hidden">
              {location.host}
            </span>
          </Tip>
          <LiveDot />
          <ThemeButton />
          <UserMenu onShortcuts={() => setShortcutsOpen(true)} />
        </header>
        <LeftOut />
        <main id="content" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto bg-canvas outline-none">
          <Outlet />
        </main>
      </div>
      <ShortcutsDialog open={shortcutsOpen} onOpenChange={setShortcutsOpen} />
      <CommandPalette
        open={paletteOpen}
        onOpenChange={setPaletteOpen}
        query={query}
        onQuery={setQuery}
        onShortcuts={() => setShortcutsOpen(true)}
      />
    </div>
  )
}

const nextTheme = { system: 'light', light: 'dark', dark: 'system' } as const
const themeFaces = {
  system: { icon: Monitor, label: 'Theme: as the system' },
  light: { icon: Sun, label: 'Theme: light' },
  dark: { icon: Moon, label: 'Theme: dark' },
}

function ThemeButton() {
  const { choice } = useTheme()
  const { icon: Icon, label } = themeFaces[choice]
  return (
    <IconButton label={label} className="max-sm:hidden" onClick={() => setTheme(nextTheme[choice])}>
      <Icon aria-hidden className="size-4" />
    </IconButton>
  )
}

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** Set where the page obeys the time range: what it shows when none is chosen. */
    withoutRange?: string
  }
}
