import type { Manifest } from '#core/run/manifest.ts'

/** The first object of a claim that its clone cannot have written, if any: a claim names what is below the prefix of its lease alone. */
export function foreignObject(manifest: Manifest, prefix: string): string | undefined {
  const own = `${prefix}/out/`
  return Object.values(manifest)
    .flatMap((output) =>
      output.type === 'directory' ? [output.folder, ...output.files.map(({ object }) => object)] : [output.object],
    )
    .find((key) => !key.startsWith(own) || key.split('/').some((part) => part === '..' || part === '.'))
}
