import { clonePrefix } from '#contract/object-keys.ts'
import type { SlotRef } from '#core/run/ids.ts'
import type { Manifest } from '#core/run/manifest.ts'

/** The first object of a claim that its clone cannot have written, if any: a claim names what is below its own prefix alone. */
export function foreignObject(manifest: Manifest, slot: SlotRef): string | undefined {
  const own = `${clonePrefix(slot)}/out/`
  return Object.values(manifest)
    .flatMap((output) =>
      output.type === 'directory' ? [output.folder, ...output.files.map(({ object }) => object)] : [output.object],
    )
    .find((key) => !key.startsWith(own) || key.split('/').some((part) => part === '..' || part === '.'))
}
