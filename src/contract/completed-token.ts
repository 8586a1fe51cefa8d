/** The token of one clone of an array, which its job makes of the array's and of its own index. */
export function completedToken(ofArray: string, index: number): string {
  return `${ofArray}.${index}`
}
