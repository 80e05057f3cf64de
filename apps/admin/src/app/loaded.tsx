import { type ReactNode, useContext } from 'react'
import { useIsInDialog } from '../ui/dialog.tsx'
import { Failed } from '../ui/notice.tsx'
import { problemOf } from './rpc.ts'
import { WayOut } from './way-out.ts'

type Query<Data> = {
  data: Data | undefined
  error: unknown
  isFetching: boolean
  refetch: () => unknown
}

/** The three faces of what a page shows. The third is the page's own. */
export function Loaded<Data>({
  query,
  what,
  skeleton,
  children,
}: {
  query: Query<Data>
  /** What could not be loaded, as it stands in a sentence: «The webhooks». */
  what: string
  skeleton: ReactNode
  children: (data: Data) => ReactNode
}) {
  const close = useContext(WayOut)
  const compact = useIsInDialog()
  if (query.data !== undefined) return children(query.data)
  if (query.error) {
    const problem = problemOf(query.error)
    return (
      <Failed
        title={problem.code === 'NOT_FOUND' ? `${what} cannot be found` : `${what} could not be loaded`}
        message={problem.message}
        requestId={problem.requestId}
        onRetry={() => void query.refetch()}
        onClose={close}
        retrying={query.isFetching}
        compact={compact}
      />
    )
  }
  return skeleton
}
