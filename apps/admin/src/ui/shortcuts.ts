import { useEffect, useRef, useSyncExternalStore } from 'react'

export type Shortcut = {
  /** «mod+k», «j», or a sequence: «g w». */
  keys: string
  label: string
  group: string
  run: (event: KeyboardEvent) => void
  /** A second way to press the same; not listed. */
  unlisted?: boolean
}

type Registration = { current: Shortcut[] }

let registrations: readonly Registration[] = []
const watchers = new Set<() => void>()
let prefix = ''
let prefixTimer: ReturnType<typeof setTimeout> | undefined

const floating = '[role=dialog][data-state=open],[role=alertdialog][data-state=open],[role=menu][data-state=open]'

const control = 'a,button,summary,input'

/** Enter is from now on what was walked to, and not the control that was used before. */
export function leaveControl(): void {
  const held = document.activeElement
  if (held instanceof HTMLElement && held.closest(control)) held.blur()
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable]')
  )
}

function pressed(event: KeyboardEvent): string {
  const key = event.key.toLowerCase()
  return event.metaKey || event.ctrlKey ? `mod+${key}` : key
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.isComposing) return
  const key = pressed(event)
  const withModifier = key.startsWith('mod+')
  if (!withModifier && (isWriting(event.target) || document.querySelector(floating))) return
  const onControl = event.target instanceof HTMLElement && event.target.closest(control)
  if (onControl && (key === 'enter' || key === ' ')) return
  const wanted = prefix ? `${prefix} ${key}` : key
  clearTimeout(prefixTimer)
  prefix = ''
  for (const registration of registrations.toReversed()) {
    const found = registration.current.find((shortcut) => shortcut.keys === wanted)
    if (found) {
      event.preventDefault()
      found.run(event)
      return
    }
  }
  if (registrations.some(({ current }) => current.some((shortcut) => shortcut.keys.startsWith(`${wanted} `)))) {
    prefix = wanted
    prefixTimer = setTimeout(() => {
      prefix = ''
    }, 1200)
  }
}

function changed(next: readonly Registration[]): void {
  registrations = next
  for (const watcher of watchers) watcher()
}

/** Keys that work while this component is on the page. The one that came last wins. */
export function useShortcuts(shortcuts: Shortcut[]): void {
  const registration = useRef<Shortcut[]>(shortcuts)
  useEffect(() => {
    registration.current = shortcuts
  })
  useEffect(() => {
    if (registrations.length === 0) window.addEventListener('keydown', onKeyDown)
    changed([...registrations, registration])
    return () => {
      changed(registrations.filter((each) => each !== registration))
      if (registrations.length === 0) window.removeEventListener('keydown', onKeyDown)
    }
  }, [])
}

/** What can be pressed here and now, by group. */
export function useShortcutList(): Map<string, Shortcut[]> {
  const all = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => registrations,
  )
  const groups = new Map<string, Shortcut[]>()
  for (const { current } of all) {
    for (const shortcut of current) {
      if (shortcut.unlisted) continue
      const group = groups.get(shortcut.group) ?? []
      if (!group.some(({ keys }) => keys === shortcut.keys)) group.push(shortcut)
      groups.set(shortcut.group, group)
    }
  }
  return groups
}
