const month = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' })
const twoWeeks = 14 * 86_400_000

/** A period by its name: it is a month of the customer's zone, and its middle lies in that month wherever the reader is. */
export const periodName = (start: string): string => month.format(Date.parse(start) + twoWeeks)
