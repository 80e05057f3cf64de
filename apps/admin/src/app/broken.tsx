import type { ErrorComponentProps } from '@tanstack/react-router'
import { Failed } from '../ui/notice.tsx'
import { problemOf } from './rpc.ts'

/** Stands in for a page that could not be fetched or drawn. */
export function Broken({ error }: ErrorComponentProps) {
  const { message, requestId } = problemOf(error)
  return (
    <div className="pt-16">
      <Failed
        title="This page could not be shown"
        message={message}
        requestId={requestId}
        // a part of the admin that was replaced since this page was opened is found again after a reload
        onRetry={() => location.reload()}
      />
    </div>
  )
}
