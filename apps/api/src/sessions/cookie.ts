/** The browser's session cookie: HttpOnly, SameSite, Secure behind https. */
export const sessionCookie = 'trunkline_session'
