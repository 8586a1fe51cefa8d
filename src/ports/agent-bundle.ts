/** The program that containers start with. */
export interface AgentBundle {
  /** SHA-256 of its contents. */
  readonly sha256: string
  /** Where it can be taken from without credentials, for a while. */
  link(): Promise<string>
}
