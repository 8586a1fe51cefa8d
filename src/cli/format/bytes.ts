const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes for a person: `0 B`, `14.2 KiB`, `3.0 GiB`. */
export function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`
}
