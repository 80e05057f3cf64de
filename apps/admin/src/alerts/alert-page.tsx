import { Link, useParams } from '@tanstack/react-router'
import { FullPage } from '../app/full-page.tsx'
import { AlertDetail } from './alert-detail.tsx'

export function AlertPage() {
  const { alertId } = useParams({ from: '/shell/alerts/$alertId/full' })
  return (
    <FullPage
      title="Alert"
      back={
        <Link to="/alerts/$alertId" params={{ alertId }}>
          All alerts
        </Link>
      }
    >
      <AlertDetail id={alertId} />
    </FullPage>
  )
}
