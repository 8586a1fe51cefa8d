/** Whose runs those of a deployment are. */
export const tenant = 'default'
