/** One thing that a run needs of the machine, and what was found. */
export interface MachineCheck {
  readonly name: string
  readonly ok: boolean
  readonly found: string
  /** What to do when it is not ok. */
  readonly fix: string
}
