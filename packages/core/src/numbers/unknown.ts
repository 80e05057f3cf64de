export const resolutions = ['matched', 'spam', 'ignored'] as const
export type Resolution = (typeof resolutions)[number]
