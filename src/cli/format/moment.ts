/** An ISO 8601 moment for a table: `2026-11-21 12:00:01`; UTC. */
export function moment(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace('T', ' ')
}
