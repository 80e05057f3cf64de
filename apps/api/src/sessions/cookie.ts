/** The browser's session cookie: HttpOnly, SameSite, Secure behind https. */
export const sessionCookie = 'trunkline_session'
/** By this a browser is known again after its session has ended; it opens nothing by itself. */
export const deviceCookie = 'trunkline_device'
