import { openBoss, takeHundred } from './boss.ts'
import { work } from './work.ts'

const boss = await openBoss()
await work(2, () => takeHundred(boss, process.env.QUEUE ?? ''))
