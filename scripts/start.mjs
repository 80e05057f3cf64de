// Plain JavaScript that every Node from 20 on can read: it brings the rest of the house up to the pinned Node, and hands over.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = `${root}node_modules/.trunkline-installed`
const oldestHost = 20
const oldestRunner = [24, 7]

refuseArguments()
checkMachine()
install()
handOver()

// npm start -- --port 80 would else begin on the usual port, and somebody who asks for help would have a system
function refuseArguments() {
  const [first] = process.argv.slice(2)
  if (first === undefined) return
  const usage =
    'usage: npm start\nIts settings are variables of the environment or of a file .env: .env.example names them.\n'
  if (first === '--help' || first === '-h') {
    process.stdout.write(usage)
    process.exit(0)
  }
  process.stderr.write(`«${first}» is not understood\n${usage}`)
  process.exit(1)
}

function checkMachine() {
  if (process.platform === 'win32') refuse('Windows is served through WSL; start Trunkline there')
  if (process.platform !== 'linux' && process.platform !== 'darwin') refuse(`there is no build for ${process.platform}`)
  if (Number.parseInt(process.versions.node, 10) < oldestHost)
    refuse(`this is Node ${process.versions.node}; Node ${oldestHost} or newer is needed`)
}

function install() {
  const wanted = createHash('sha256')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    wanted.update(readFileSync(`${root}${file}`))
  const digest = wanted.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  const { bootstrap } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')).scripts
  const [command, ...args] = bootstrap.split(' ')
  const installed = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (installed.signal) process.exit(1)
  if (installed.status !== 0) refuse(`the installation failed (${installed.error?.message ?? bootstrap})`)
  writeFileSync(stamp, digest)
}

// the pinned Node where its package exists, else the host's own when it is new enough
function findRunner() {
  const pinned = `${root}node_modules/.bin/node`
  if (existsSync(pinned)) return pinned
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > oldestRunner[0] || (major === oldestRunner[0] && minor >= oldestRunner[1])) return process.execPath
  return refuse(
    `no Node ${oldestRunner[0]} comes with ${process.platform} ${process.arch}; start with Node ${oldestRunner.join('.')} or newer`,
  )
}

function handOver() {
  const launcher = spawn(findRunner(), [`${root}scripts/launch.ts`], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  launcher.on('error', (error) => refuse(error.message))
  launcher.on('exit', (code) => process.exit(code ?? 1))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => launcher.kill(signal))
  endWithNpm(() => launcher.kill('SIGTERM'))
}

// a killed npm passes no signal on; it runs us itself, or through a shell
function endWithNpm(end) {
  if (process.env.npm_lifecycle_event !== 'start' || process.platform !== 'linux') return
  const [name, parent] = statusOf(process.ppid)
  const npm = name.endsWith('sh') ? parent : process.ppid
  const watch = setInterval(() => {
    if (existsSync(`/proc/${npm}`)) return
    clearInterval(watch)
    end()
  }, 500)
  watch.unref()
}

function statusOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return [/^Name:\s*(.*)$/m, /^PPid:\s*(\d+)$/m].map((field) => field.exec(status)?.[1] ?? '')
}

function refuse(reason) {
  process.stderr.write(`Trunkline cannot start: ${reason}\n`)
  process.exit(1)
}
