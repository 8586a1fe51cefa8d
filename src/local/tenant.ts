/** Whose runs a machine's own are. */
export const tenant = 'local'
