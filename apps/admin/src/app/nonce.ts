/** The nonce of this page. Imported before any library that writes style tags, because they read it when they load. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce || undefined

declare global {
  var __webpack_nonce__: string | undefined
}

globalThis.__webpack_nonce__ = nonce
