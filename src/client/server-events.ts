/** The data of each whole event of a `text/event-stream`; one that the end cuts off is none. Linear. */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n\r?\n/)
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = [...block.matchAll(/^data: ?(.*)$/gm)].map(([, line = '']) => line.replace(/\r$/, ''))
      // A block without data tells of the stream, and of no event.
      if (data.length > 0) yield data.join('\n')
    }
  }
}
