// Lists the series to look at, one item a file, as JSON on standard output.
import { readdirSync } from 'node:fs'

const suffix = '.csv.gz'
const series = readdirSync('data')
  .filter((file) => file.endsWith(suffix))
  .sort()
  .map((file) => {
    const name = file.slice(0, -suffix.length)
    return { name, metric: name.slice(0, name.lastIndexOf('_')), file: `data/${file}` }
  })

console.log(JSON.stringify(series, null, 2))
