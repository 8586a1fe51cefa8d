import { dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'

/** Leaves out the languages in which zod can say what is wrong, all but English: nobody asks for them, and they are 300 kB of each file. */
export const withoutLocales: Plugin = {
  name: 'without-locales',
  setup: (plugin) => {
    plugin.onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ resolveDir }) =>
      /node_modules[\\/]zod[\\/]/.test(resolveDir)
        ? { path: 'en', namespace: 'locales', pluginData: join(dirname(resolveDir), 'locales') }
        : undefined,
    )
    plugin.onLoad({ filter: /./, namespace: 'locales' }, ({ pluginData }) => ({
      contents: "export { default as en } from './en.js'",
      resolveDir: pluginData as string,
    }))
  },
}
