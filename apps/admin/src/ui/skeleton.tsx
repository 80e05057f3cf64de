import { clsx } from 'clsx'

/** The shape of what is coming. It fades in late, so that a fast answer shows no flicker. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={clsx('block animate-wait rounded-sm bg-line', className)} />
}

export function SkeletonRows({ rows = 12, height = 36 }: { rows?: number; height?: number }) {
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        // the rows are all the same
        <div key={index} className="flex items-center gap-4 border-b px-4" style={{ height }}>
          <Skeleton className="h-3 w-20" />
          <Skeleton className={clsx('h-3', ['w-40', 'w-32', 'w-48'][index % 3])} />
          <Skeleton className="hidden h-3 w-28 sm:block" />
          <Skeleton className="ml-auto h-3 w-14" />
        </div>
      ))}
    </div>
  )
}

export function DetailSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="grid gap-3 p-5">
      <Skeleton className="h-5 w-48" />
      <Skeleton className="h-3 w-64" />
      <Skeleton className="mt-6 h-3 w-24" />
      <Skeleton className="h-3 w-full" />
      <Skeleton className="h-3 w-4/5" />
      <Skeleton className="mt-6 h-3 w-24" />
      <Skeleton className="h-3 w-full" />
      <Skeleton className="h-3 w-2/3" />
    </div>
  )
}
