import { Link, useNavigate } from '@tanstack/react-router'
import { Keyboard, KeyRound, LogOut, Monitor, MonitorSmartphone, Moon, ShieldCheck, Sun } from 'lucide-react'
import { Menu, MenuChoices, MenuItem, MenuLabel, MenuLine } from '../ui/menu.tsx'
import { toast } from '../ui/toast.tsx'
import { problemOf } from './rpc.ts'
import { signOut, useMe } from './session.ts'
import { setTheme, useTheme } from './theme.ts'

export function useSignOut(): () => Promise<void> {
  const navigate = useNavigate()
  return async () => {
    try {
      await signOut()
      await navigate({ to: '/sign-in', search: {} })
    } catch (error) {
      toast.error('You are still signed in', { description: problemOf(error).message })
    }
  }
}

export function UserMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const me = useMe()
  const { choice } = useTheme()
  const leave = useSignOut()
  const name = me?.name ?? me?.email ?? ''
  return (
    <Menu
      width="w-64"
      trigger={
        <button
          type="button"
          className="ml-1 inline-flex size-7 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-accent-ink uppercase hover:brightness-95 dark:hover:brightness-125"
        >
          <span className="sr-only">Account of {name || 'the signed-in person'}</span>
          <span aria-hidden>
            {name
              .split(/[\s.@]+/)
              .slice(0, 2)
              .map((word) => word.charAt(0))
              .join('')}
          </span>
        </button>
      }
    >
      {me && (
        <div className="px-2 py-1.5">
          <div className="truncate text-sm font-medium">{name}</div>
          <div className="truncate text-xs text-ink-2">
            {me.name ? `${me.email} · ` : ''}
            {me.role}
          </div>
        </div>
      )}
      <MenuLine />
      <MenuItem asChild>
        <Link to="/settings" hash="sessions">
          <MonitorSmartphone aria-hidden className="size-4 text-ink-3" />
          Sessions
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/settings" hash="password">
          <KeyRound aria-hidden className="size-4 text-ink-3" />
          Change password
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/settings" hash="second-factor">
          <ShieldCheck aria-hidden className="size-4 text-ink-3" />
          Second factor
        </Link>
      </MenuItem>
      <MenuItem icon={<Keyboard aria-hidden />} keys="?" onSelect={onShortcuts}>
        Keyboard shortcuts
      </MenuItem>
      <MenuLine />
      <MenuLabel>Theme</MenuLabel>
      <MenuChoices
        value={choice}
        onChange={setTheme}
        choices={[
          { value: 'system', label: 'As the system', icon: <Monitor aria-hidden /> },
          { value: 'light', label: 'Light', icon: <Sun aria-hidden /> },
          { value: 'dark', label: 'Dark', icon: <Moon aria-hidden /> },
        ]}
      />
      <MenuLine />
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => void leave()}>
        Sign out
      </MenuItem>
    </Menu>
  )
}
