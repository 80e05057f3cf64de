/** The name of every secret that the environment brought. */
export const bringer = 'environment'
