import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { formatNumber } from '../ui/format.ts'
import type { Page, Topic } from './contract.ts'
import { useLiveTopics } from './live.ts'
import { furtherPages, joined, missing, type Pages, pageSize, pagesTo } from './live-pages.ts'
import { isTransient, problemOf } from './rpc.ts'

const nobody: ReadonlySet<string> = new Set()

/**
 * A list of any length, newest first, that stays true while it is read. Rows change where they stand. New rows come in
 * at the top when nobody is reading, and are counted when somebody is.
 */
export function useLiveList<Row extends { id: string }>({
  path,
  filter,
  topics,
  load,
  openId,
}: {
  path: readonly [domain: string, verb: string]
  filter: Record<string, unknown>
  topics: readonly Topic[]
  load: (page: { cursor?: string; limit: number }, signal?: AbortSignal) => Promise<Page<Row>>
  /** The row that is open, where it is read from the list: it stays loaded. */
  openId?: string | undefined
}) {
  const client = useQueryClient()
  const queryKey = useMemo(() => [path, { input: filter, type: 'infinite' }] as const, [path, filter])
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => load({ cursor: pageParam, limit: pageSize }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    // bringing every loaded page up to date at once is what `update` is there to avoid
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: false,
    refetchOnWindowFocus: false,
  })
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query
  /** How far was looked, where that was not to the end. */
  const searched = query.data?.pages.at(-1)?.searched ?? null

  const reading = useRef(false)
  const held = useRef(false)
  const isHere = useRef(true)
  const inLine = useRef<Promise<void>>(Promise.resolve())
  const isAsking = useRef(false)
  const next = useRef<'none' | 'updated' | 'shown'>('none')
  const around = useRef(0)
  const latest = useRef({ load, queryKey, openId })
  const [fresh, setFresh] = useState(0)
  const [gone, setGone] = useState(nobody)
  const [moreError, setMoreError] = useState<unknown>(null)
  useEffect(() => {
    latest.current = { load, queryKey, openId }
  })
  useEffect(() => {
    isHere.current = true
    return () => {
      isHere.current = false
    }
  }, [])
  // another filter is another list
  useEffect(() => {
    setFresh(0)
    setGone(nobody)
    setMoreError(null)
    held.current = false
  }, [queryKey])

  /** One change of the pages at a time: what comes from the server is put beside the pages that it was asked for. */
  const inTurn = useCallback(async <Result>(change: () => Promise<Result>): Promise<Result> => {
    const before = inLine.current
    const { promise, resolve } = Promise.withResolvers<void>()
    inLine.current = promise
    await before
    try {
      return await change()
    } finally {
      resolve()
    }
  }, [])

  const refresh = useCallback(
    async (show: boolean): Promise<void> => {
      const { load, queryKey } = latest.current
      const before = client.getQueryData<Pages<Row>>(queryKey)
      if (!before) {
        // the server was away when it was first asked, and now it tells of something
        if (isTransient(client.getQueryState(queryKey)?.error))
          await client.refetchQueries({ queryKey, exact: true }, { cancelRefetch: false })
        return
      }
      try {
        const beside = show || !reading.current ? 0 : Math.floor(around.current / pageSize)
        const [first, second] = await Promise.all([
          load({ limit: pageSize }),
          beside > 0 && beside < before.pages.length
            ? load({ cursor: before.pageParams[beside], limit: pageSize })
            : undefined,
        ])
        if (latest.current.queryKey !== queryKey) return
        setMoreError((error: unknown) => (isTransient(error) ? null : error))
        if (show || !reading.current) {
          const pages = await pagesTo(latest.current.openId, before, first, load)
          if (latest.current.queryKey !== queryKey) return
          client.setQueryData<Pages<Row>>(queryKey, (now) =>
            now && !show && now.pages.length > 1 && now.pages[0]?.searched
              ? { ...now, pages: [joined(first, now.pages[0]), ...now.pages.slice(1)] }
              : pages,
          )
          setFresh(0)
          setGone(nobody)
          held.current = false
          return
        }
        const answers = new Map([...first.items, ...(second?.items ?? [])].map((row) => [row.id, row]))
        client.setQueryData<Pages<Row>>(
          queryKey,
          (now) =>
            now && {
              ...now,
              pages: now.pages.map((page) => ({ ...page, items: page.items.map((row) => answers.get(row.id) ?? row) })),
            },
        )
        const known = before.pages.flatMap((page) => page.items.map((row) => row.id))
        const top = first.items.findIndex((row) => known.includes(row.id))
        setFresh(top < 0 ? first.items.length : top)
        setGone(new Set([...missing(before.pages[0], first), ...(second ? missing(before.pages[beside], second) : [])]))
        held.current = true
      } catch {
        // what is shown stays; the live dot says that the server is away, and its return asks again
        held.current = true
      }
    },
    [client],
  )
  const update = useCallback(
    (show: boolean): void => {
      const isAsked = next.current !== 'none'
      if (show || !isAsked) next.current = show ? 'shown' : 'updated'
      if (isAsked) return
      void inTurn(async () => {
        const isShown = next.current === 'shown'
        next.current = 'none'
        await refresh(isShown)
      })
    },
    [inTurn, refresh],
  )
  useLiveTopics(topics, () => update(false))

  // the list may have moved on while this page was away
  // asked once a list, when it comes back to the screen
  useEffect(() => {
    const state = client.getQueryState(queryKey)
    if (state?.dataUpdatedAt && Date.now() - state.dataUpdatedAt > 1000) update(false)
  }, [queryKey])

  /** The next page, unless the list has become another meanwhile. */
  const askMore = useCallback(async () => {
    if (isAsking.current) return undefined
    isAsking.current = true
    const isLeft = () => !isHere.current || latest.current.queryKey !== queryKey
    try {
      return await inTurn(async () => {
        if (isLeft()) return undefined
        setMoreError(null)
        const { data, error, isFetchNextPageError } = await fetchNextPage({ cancelRefetch: false })
        if (isLeft()) return undefined
        if (!isFetchNextPageError) return data?.pages.at(-1)
        setMoreError(error)
        return undefined
      })
    } finally {
      isAsking.current = false
    }
  }, [fetchNextPage, inTurn, queryKey])

  const rows = useMemo(() => {
    const unique = new Map<string, Row>()
    for (const page of query.data?.pages ?? []) for (const row of page.items) unique.set(row.id, row)
    return [...unique.values()]
  }, [query.data])

  const whyNoMore = moreError === null ? undefined : problemOf(moreError).message
  return {
    query,
    rows,
    fresh,
    gone,
    loadingMore: isFetchingNextPage,
    searched,
    /** Looks on until something is found or nothing is left, and pauses after so many pages. */
    lookFurther: useCallback(async () => {
      for (let page = 0; page < furtherPages; page++) {
        const last = await askMore()
        if (!last?.searched || last.items.length > 0) return
      }
    }, [askMore]),
    /** How many there are, as far as they are loaded: «37», «150+». */
    count: query.data && `${formatNumber(rows.length)}${hasNextPage ? '+' : ''}`,
    showFresh: useCallback(() => update(true), [update]),
    setReading: useCallback(
      (now: boolean) => {
        reading.current = now
        if (!now && held.current) update(false)
      },
      [update],
    ),
    setAround: useCallback((index: number) => {
      around.current = index
    }, []),
    /** What is next in the list; a search that has come to its bound goes on when somebody asks for it. */
    loadMore: useCallback(() => {
      if (hasNextPage && searched === null && !isFetchingNextPage) void askMore()
    }, [askMore, hasNextPage, searched, isFetchingNextPage]),
    /** Why the next page could not be had: it is asked for again when somebody wants it. */
    moreRefused: searched === null ? whyNoMore : undefined,
    lookRefused: searched === null ? undefined : whyNoMore,
  }
}
