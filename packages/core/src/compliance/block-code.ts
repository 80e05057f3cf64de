/** What a provider answers, or says of a text later, for somebody on its block list: Twilio 21610, Telnyx 40300. */
export const isBlockCode = (code: string | undefined): boolean => code === '21610' || code === '40300'
