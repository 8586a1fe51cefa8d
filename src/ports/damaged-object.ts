/** An object is there, in a form of which no content can be made: whoever wrote it, or the way from there, has damaged it. */
export class DamagedObject extends Error {
  constructor(key: string, why: string) {
    super(`object ${key} is damaged: ${why}`)
    this.name = 'DamagedObject'
  }
}
