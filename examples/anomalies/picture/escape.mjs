/** @type {Readonly<Record<string, string>>} */
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/**
 * Makes any text safe inside an element or a quoted attribute of XML and HTML.
 * @param {unknown} text
 */
export function escapeXml(text) {
  return String(text).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
