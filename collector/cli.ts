#!/usr/bin/env node
import { closeSync, openSync, readSync } from 'node:fs'
import { Command, Option } from 'commander'
import { addAccountCommands } from './cli-accounts.ts'
import { addCrmCommands } from './cli-crm.ts'
import { addImportCommand } from './cli-import.ts'
import { addIntakeCommands } from './cli-intakes.ts'
import { addLinkCommand } from './cli-links.ts'
import { addMcpCommand } from './cli-mcp.ts'
import { addModelCommands } from './cli-model.ts'
import { addPrivacyCommands } from './cli-privacy.ts'
import { addQuarantineCommands } from './cli-quarantine.ts'
import { addSafetyCommands } from './cli-safety.ts'
import { addSiteCommands } from './cli-sites.ts'
import { addStoreCommands } from './cli-store.ts'
import { addWebhookCommands } from './cli-webhooks.ts'
import {
  EXIT_BAD_SETTINGS,
  MAX_FILE_LENGTH,
  readConfig,
  type SettingKey,
  settings,
  variableOf,
} from './config.ts'
import { createLog, type Log, reasonOf } from './log.ts'
import { removeProto } from './no-proto.ts'
import type { Running } from './serve.ts'
import { codeOf, isStoreTrouble } from './store/trouble.ts'

/** The command table. Each command reads its options, calls one function, prints, and sets the exit code. */

const EXIT_FAILED = 1

// Every file that is made is this user's alone.
process.umask(0o077)
/** What a shell says of a program that SIGPIPE ended. */
const EXIT_PIPE_CLOSED = 141

removeProto()

let isCollecting = false
for (const stream of [process.stdout, process.stderr]) stream.on('error', endQuietly)

const print = (text: string) => void process.stdout.write(`${text}\n`)
const complain = (text: string) => void process.stderr.write(`${text}\n`)

const program = new Command('pique').description('Who is interested, how much, and why.')

function withSettings(command: Command): Command {
  command.addOption(new Option('--config <FILE>', 'YAML file with any of these settings'))
  for (const [, setting] of settings()) {
    const fallback = setting.initial ? ` (default ${setting.initial})` : ''
    if (setting.isSecret) continue
    const flag = `--${setting.name} <${setting.placeholder}>`
    command.addOption(new Option(flag, `${setting.sentence}${fallback} [${variableOf(setting)}]`))
  }
  return command
}

const adminKeyHelp = `
Environment only:
  PIQUE_ADMIN_KEY  Admin key, at least 32 characters; made and printed at the first start if empty.
  PIQUE_INSTANCE_KEY  Key that seals the secrets in the store, 32 bytes as hex or base64url; kept beside it if empty.`

withSettings(
  program.command('start').description('run the collector').addHelpText('after', adminKeyHelp),
)
  .option('--init', 'begin a new store where there was one, or go on without its lost key')
  .option('--no-migration-backup', 'keep no copy of the store when its schema changes')
  .action((options: Record<string, string>) => run(options, false))

withSettings(
  program
    .command('demo')
    .description('run it on a throw-away store, with a demo shop and 90 days of generated history'),
).action((options: Record<string, string>) => run(options, true))

const onStore = { print, complain, now: Date.now, instanceKey: process.env.PIQUE_INSTANCE_KEY }
addSiteCommands(program, onStore)
addWebhookCommands(program, onStore)
addCrmCommands(program, { ...onStore, crmSecret: process.env.PIQUE_CRM_SECRET })
addIntakeCommands(program, onStore)
addLinkCommand(program, onStore)
addAccountCommands(program, onStore)
addStoreCommands(program, { print, complain, now: Date.now })
addSafetyCommands(program, { print, complain, now: Date.now })
addModelCommands(program, { print, complain, now: Date.now })
addPrivacyCommands(program, onStore)
addImportCommand(program, { ...onStore, apiKey: process.env.PIQUE_API_KEY })
addQuarantineCommands(program, { print, complain, now: Date.now })
addMcpCommand(program, { complain, apiKey: process.env.PIQUE_API_KEY })
sayWhatIsKnown(program)

async function run(options: Readonly<Record<string, string>>, isDemo: boolean): Promise<void> {
  const read = readConfig({ flags: flagsOf(options), env: process.env, file: fileOf(options) })
  const problems = [...(read.ok ? [] : read.problems)]
  if (read.ok && isDemo && !isLoopback(read.config.host)) {
    problems.push(
      `--host is "${read.config.host}"; the demo listens on loopback only, such as 127.0.0.1`,
    )
  }
  if (!read.ok || problems.length > 0) {
    for (const problem of problems) complain(`pique: ${problem}`)
    process.exitCode = EXIT_BAD_SETTINGS
    return
  }
  const log = createLog((line) => void process.stderr.write(line), Date.now)
  dieOfSurprises(log)
  try {
    const { startCollector } = await import('./serve.ts')
    const running = await startCollector({
      config: read.config,
      log,
      isDemo,
      init: Boolean(options.init),
      migrationBackup: String(options.migrationBackup) !== 'false',
    })
    isCollecting = true
    const stop = () => void running.stop()
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
    announce(running, isDemo)
    process.exit(await running.ended)
  } catch (error) {
    complain(`pique: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(isStoreTrouble(error) ? error.exitCode : EXIT_FAILED)
  }
}

/**
 * What nobody expected leaves the process in a state that nobody knows: it acknowledges nothing more and ends at
 * once, with its connections. Whatever it had acknowledged is in the store, and a supervisor starts it anew.
 */
function dieOfSurprises(log: Log): void {
  const die = (error: unknown) => {
    log.error('an error that nobody expected ends the process', { reason: reasonOf(error) })
    process.exit(EXIT_FAILED)
  }
  process.on('uncaughtException', die)
  process.on('unhandledRejection', die)
}

/**
 * Whoever read our output has gone, as in `pique verify | head -1`: a command ends with what it had
 * come to. A collector goes on without its log.
 */
function endQuietly(error: Error): void {
  if (codeOf(error) !== 'EPIPE') throw error
  if (!isCollecting) process.exit(process.exitCode ?? EXIT_PIPE_CLOSED)
}

/** One line for machines; before it, on a terminal, the same for people. */
function announce({ url, dashboard, setup, madeAdminKey }: Running, isDemo: boolean): void {
  if (process.stdout.isTTY) {
    print(`\n  Pique is running at ${url}${isDemo ? ` (the demo shop is at ${url}/demo)` : ''}`)
    print(`\n  Open the dashboard with this link; it works once:\n\n    ${dashboard}\n`)
    if (setup)
      print(`  Nobody has an account yet. Make the first here, within a day:\n\n    ${setup}\n`)
    if (madeAdminKey) print(`  Admin key, shown only now:\n\n    ${madeAdminKey}\n`)
  }
  print(
    JSON.stringify({
      ready: true,
      url,
      pid: process.pid,
      dashboard,
      ...(setup && { setup }),
      ...(isDemo && { shop: `${url}/demo` }),
      ...(madeAdminKey && { admin_key: madeAdminKey }),
    }),
  )
}

function flagsOf(options: Readonly<Record<string, string>>): Partial<Record<SettingKey, string>> {
  const flags: Partial<Record<SettingKey, string>> = {}
  for (const [key] of settings()) if (options[key] !== undefined) flags[key] = options[key]
  return flags
}

function fileOf({ config: name }: Readonly<Record<string, string>>) {
  if (name === undefined) return undefined
  try {
    return { name, text: readStart(name, MAX_FILE_LENGTH + 1) }
  } catch {
    return { name, text: null } // reported with whatever else is wrong
  }
}

/** A file's beginning, so that one without an end is read too. */
function readStart(name: string, maxBytes: number): string {
  const file = openSync(name, 'r')
  try {
    const bytes = Buffer.alloc(maxBytes)
    let size = 0
    for (let read = -1; read !== 0; size += read)
      read = readSync(file, bytes, size, maxBytes - size, null)
    return bytes.toString('utf8', 0, size)
  } finally {
    closeSync(file)
  }
}

/** After a usage error: one line with what the command would have understood. */
function sayWhatIsKnown(command: Command): void {
  const commands = command.commands.map((one) => one.name())
  const flags = command.options.map((one) => one.long ?? one.flags)
  const known =
    commands.length > 0 ? `commands: ${commands.join(', ')}` : `flags: ${flags.join(', ')}`
  command.showHelpAfterError(`known ${known}, --help`)
  command.commands.forEach(sayWhatIsKnown)
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

await program.parseAsync()
