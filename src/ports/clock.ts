/** Wall time in milliseconds since 1970; may be scaled or driven. */
export interface Clock {
  nowMs(): number
}
