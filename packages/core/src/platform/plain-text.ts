/**
 * Text from outside as a table can hold it: no NUL (text and jsonb refuse it), no half of a surrogate pair (jsonb refuses
 * it), at most so many characters. What is taken out is shown as U+FFFD.
 */
export function plainText(text: string, atMost: number): string {
  return text.slice(0, atMost).replaceAll('\0', '\uFFFD').toWellFormed()
}
