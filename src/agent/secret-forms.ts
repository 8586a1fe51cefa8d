/** Less can't be told from other text. */
export const leastCharacters = 4

/** Characters of base64 on a line, as programs break it. */
const base64Widths = [76, 64]

/**
 * The ways in which programs write a secret: as it is, each line of it by itself, and each of these escaped for JSON, a
 * JSON pointer or a shell, URL-encoded, and in base64, alone or within a longer text.
 */
export function secretForms(value: string): ReadonlySet<string> {
  const lines = value.split(/\r\n|\r|\n/).flatMap((line) => [line.trim(), line.trim().replaceAll(/\s+/g, ' ')])
  const texts = new Set([value, ...lines].map((text) => text.toWellFormed()).filter(isLongEnough))
  const forms = [...texts].flatMap((text) => [text, ...escaped(text), ...urlEncoded(text), ...inBase64(text)])
  return new Set(forms.filter(isLongEnough))
}

export function isLongEnough(text: string): boolean {
  return Array.from(text).length >= leastCharacters
}

function escaped(text: string): readonly string[] {
  const json = inJson(text)
  const ascii = json.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return [
    json,
    ascii,
    json.replaceAll('/', '\\/'),
    inJson(json),
    inJson(ascii),
    text.replaceAll('~', '~0').replaceAll('/', '~1'),
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll('\\', '\\\\').replaceAll("'", "\\'"),
  ]
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function urlEncoded(text: string): readonly string[] {
  const component = encodeURIComponent(text)
  const strict = component.replaceAll(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`)
  const encoded = [component, strict, encodeURI(text)].flatMap((form) => [form, form.replaceAll('%20', '+')])
  return [...encoded, ...encoded.map((form) => form.replaceAll(/%../g, (code) => code.toLowerCase()))]
}

/** What stays the same whatever is before and after it: a text begins at one of three places in a group of base64. */
function inBase64(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const whole = bytes.toString('base64')
  const inner = [0, 1, 2].map((before) => {
    const bits = 8 * (before + bytes.length)
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    return shifted.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6))
  })
  const broken = base64Widths.flatMap((width) =>
    whole.length > width ? (whole.match(new RegExp(`.{1,${width}}`, 'g')) ?? []) : [],
  )
  const forms = [whole, ...inner, ...broken]
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))]
}
