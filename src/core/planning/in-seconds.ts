/** Seconds as reasons show them: to a hundredth below ten, whole from there on. */
export function inSeconds(seconds: number): string {
  return `${seconds < 10 ? Number(seconds.toFixed(2)) : Math.round(seconds)} s`
}
