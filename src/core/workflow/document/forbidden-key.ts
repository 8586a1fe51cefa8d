/** Keys through which data could reach the prototype of an object. No workflow needs them, so none may have them. */
export function isForbiddenKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}
