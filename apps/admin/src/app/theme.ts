import { useEffect, useSyncExternalStore } from 'react'
import { mediaQuery } from './media.ts'

export type ThemeChoice = 'system' | 'light' | 'dark'
const key = 'trunkline.theme'
const dark = mediaQuery('(prefers-color-scheme: dark)')
const watchers = new Set<() => void>()

function chosen(): ThemeChoice {
  try {
    const value = localStorage.getItem(key)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system'
  }
}

function resolved(): 'light' | 'dark' {
  const choice = chosen()
  if (choice !== 'system') return choice
  return dark.matches() ? 'dark' : 'light'
}

function apply(): void {
  document.documentElement.dataset.theme = resolved()
  for (const watcher of watchers) watcher()
}
dark.subscribe(apply)
window.addEventListener('storage', (event) => {
  if (event.key === key) apply()
})

export function setTheme(choice: ThemeChoice): void {
  try {
    if (choice === 'system') localStorage.removeItem(key)
    else localStorage.setItem(key, choice)
  } catch {
    // a browser without storage keeps the theme of its system
  }
  apply()
}

export function useTheme(): { choice: ThemeChoice; theme: 'light' | 'dark' } {
  const subscribe = (watcher: () => void) => {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  }
  const choice = useSyncExternalStore(subscribe, chosen)
  const theme = useSyncExternalStore(subscribe, resolved)
  useEffect(apply, [])
  return { choice, theme }
}
