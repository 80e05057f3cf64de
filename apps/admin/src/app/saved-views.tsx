import { SavedViews as View } from '../ui/saved-views.tsx'
import { toast } from '../ui/toast.tsx'
import { problemOf, rpc } from './rpc.ts'

/** Filters that the reader keeps under a name, on whatever browser he signs in. */
export function SavedViews({
  list,
  filters,
  onChoose,
}: {
  list: string
  filters: Record<string, string | undefined>
  onChoose: (filters: Record<string, string>) => void
}) {
  const utils = rpc.useUtils()
  const saved = rpc.sessions.savedFilters.list.useQuery({ list })
  const after = {
    onSettled: () => utils.sessions.savedFilters.list.invalidate({ list }),
    onError: (error: unknown) => void toast.error(problemOf(error).message),
  }
  const save = rpc.sessions.savedFilters.save.useMutation(after)
  const rename = rpc.sessions.savedFilters.rename.useMutation(after)
  const forget = rpc.sessions.savedFilters.forget.useMutation(after)
  return (
    <View
      views={saved.data?.items}
      filters={filters}
      onChoose={onChoose}
      onSave={(name, kept) => save.mutate({ list, name, filters: kept })}
      onRename={(id, name) => rename.mutate({ id, name })}
      onForget={(id) => forget.mutate({ id })}
    />
  )
}
