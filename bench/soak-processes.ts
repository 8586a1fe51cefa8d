import { killLoop } from '../test/killed/kill-loop.ts'

/** Workflows of one state directory; then comes a new one. */
const perDirectory = 500

/** 5,000 workflows of real commands, their engine killed every 5 to 10 s. Words: how many workflows, and a seed. */
export async function soak([workflows = '5000', seed = 'soak']: readonly string[]): Promise<boolean> {
  const total = Number(workflows)
  let done = 0
  let kills = 0
  let breaches = 0
  for (let round = 0; done < total; round += 1) {
    const roundSeed = `${seed} ${round}`
    const result = await killLoop({
      seed: roundSeed,
      workflows: Math.min(perDirectory, total - done),
      atOnce: 50,
      livesMs: [5_000, 10_000],
      onKill: (kill, ended) => console.log(`  round ${round}: kill ${kill}, ${ended} have ended`),
    })
    done += result.workflows
    kills += result.kills
    breaches += result.breaches.length
    console.log(
      `round ${round}: ${result.workflows} workflows, ${result.kills} kills, ${result.attemptsRunAgain} attempts run again, ` +
        `${result.resumedLast} resumed last, ${result.endedAfterLastKill} ended after the last kill`,
    )
    for (const breach of result.breaches) console.error(`  ${breach}`)
    if (result.breaches.length > 0) console.error(`  replay: npm run bench -- soak processes ${perDirectory} '${seed}'`)
  }
  console.log(`${done} workflows, ${kills} kills survived, ${breaches} breaches`)
  return breaches === 0
}
