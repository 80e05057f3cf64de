import { Link, useParams } from '@tanstack/react-router'
import { FullPage } from '../app/full-page.tsx'
import { ErrorDetail } from './error-detail.tsx'

export function ErrorPage() {
  const { errorId } = useParams({ from: '/shell/errors/$errorId/full' })
  return (
    <FullPage
      title="Error"
      back={
        <Link to="/errors/$errorId" params={{ errorId }}>
          All errors
        </Link>
      }
    >
      <ErrorDetail id={errorId} />
    </FullPage>
  )
}
