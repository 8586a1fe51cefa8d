/** Asks for a dispatch; asks before it has run fall together into one. */
export interface Dispatcher {
  request(): Promise<void>
}
