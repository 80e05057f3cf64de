import { useCallback, useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
const remembered = new Map<string, { text: string | null; value: unknown }>()

function read<Value>(name: string, initial: Value): Value {
  let text: string | null = null
  try {
    text = localStorage.getItem(`trunkline.${name}`)
  } catch {
    // storage may be closed to this page: then nothing is remembered
  }
  const known = remembered.get(name)
  if (known && known.text === text) return known.value as Value
  let value: unknown = initial
  if (text !== null) {
    try {
      value = JSON.parse(text)
    } catch {
      value = initial
    }
  }
  remembered.set(name, { text, value })
  return value as Value
}

function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(`trunkline.${name}`, JSON.stringify(value))
  } catch {
    remembered.set(name, { text: null, value })
  }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

/** Something this browser remembers for its reader: columns, density, saved views. */
export function usePreference<Value>(name: string, initial: Value): [Value, (value: Value) => void] {
  const value = useSyncExternalStore(subscribe, () => read(name, initial))
  return [value, useCallback((next: Value) => write(name, next), [name])]
}
