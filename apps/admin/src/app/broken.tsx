import type { ErrorComponentProps } from '@tanstack/react-router'
import { useEffect } from 'react'
import { reportError } from '../errors/report.ts'
import { Failed } from '../ui/notice.tsx'
import { problemOf } from './rpc.ts'

/** Stands in for a page that could not be fetched or drawn. */
export function Broken({ error }: ErrorComponentProps) {
  const { code, message, requestId } = problemOf(error)
  useEffect(() => {
    // what the server answered it knows
    if (code === 'UNKNOWN') reportError(error)
  }, [code, error])
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
