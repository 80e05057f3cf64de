const isApple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

const names: Record<string, string> = {
  mod: isApple ? '⌘' : 'Ctrl',
  enter: '↵',
  escape: 'Esc',
  arrowdown: '↓',
  arrowup: '↑',
}

/** Keys to press, one cap each: «mod+k» together, «g w» one after the other. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span aria-hidden className="inline-flex items-center gap-0.5">
      {keys.split(/[ +]/).map((key, index) => (
        <kbd
          // the same key may be pressed twice
          key={index}
          className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-line-strong bg-sunken px-1 font-sans text-2xs font-medium text-ink-2"
        >
          {names[key] ?? (key.length === 1 ? key.toUpperCase() : key)}
        </kbd>
      ))}
    </span>
  )
}
