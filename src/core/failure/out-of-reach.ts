/**
 * The code of an error of an object store that did not answer, or refused a transfer: the place, its network or its rights are
 * at fault.
 */
export const outOfReach = 'OBJECTS-OUT-OF-REACH'
