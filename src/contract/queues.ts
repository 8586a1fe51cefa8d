/** Longest delay of a message (Amazon SQS quotas). */
export const maxDelayS = 900

/**
 * The queue of requests for a dispatch, as it is to be made: FIFO, so that its one message group is worked on by one at a time, and each
 * message visible after `delayS`, when sparse indexes have caught up with what it is about.
 */
export const dispatchQueue = { group: 'dispatch', delayS: 1 } as const

/**
 * How long one dispatch may take, in seconds. While messages of the one group are in flight there is no other dispatch. Lambda wants them to
 * stay so for no less than `timeoutS`; a function that works takes them for `heldS` at a time, so that one that was killed keeps others away
 * for no longer. What is left over after `workS` is another dispatch's; one that failed is done again after `againS`.
 */
export const dispatchTimes = { workS: 45, timeoutS: 120, visibilityS: 120, heldS: 12, againS: 5 } as const

/**
 * Requests within one window of this length are one message. Shorter than {@link dispatchQueue}'s delay: what was asked for last in a
 * window still comes before the message of the first is visible. The difference is for clocks that differ and for indexes that lag.
 */
export const dispatchWindowMs = 500
