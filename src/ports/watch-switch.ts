/** Whether the watch comes each minute: it costs money, and is off while no run is active. Both are safe to repeat. */
export interface WatchSwitch {
  on(): Promise<void>
  off(): Promise<void>
}
