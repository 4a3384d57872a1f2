import { type Command, Option } from 'commander'
import { EXIT_BAD_SETTINGS } from './config.ts'
import { codeOf } from './store/trouble.ts'

interface McpTools {
  readonly complain: (text: string) => void
  readonly apiKey: string | undefined
}

const SDK = '@modelcontextprotocol/sdk'
const KEY_HELP = `
Environment only:
  PIQUE_API_KEY  Key that reads, as \`pique key add\` prints it; what it may see is what is shown.`

/** `pique mcp`: what assistants may ask of a running collector; it never opens the store. */
export function addMcpCommand(program: Command, { complain, apiKey = '' }: McpTools): void {
  program
    .command('mcp')
    .description(
      'answer an assistant over the Model Context Protocol, on stdin and stdout; reads only',
    )
    .addOption(
      new Option('--url <URL>', 'address of the running collector')
        .env('PIQUE_URL')
        .default('http://127.0.0.1:8787'),
    )
    .addHelpText('after', KEY_HELP)
    .action(async ({ url }: { readonly url: string }) => {
      const problems = [
        ...(/^https?:\/\/[^/?#\s]+\/?$/.test(url) && URL.canParse(url)
          ? []
          : [
              `--url is ${JSON.stringify(url)}; expected an origin such as https://t.example.com, without a path`,
            ]),
        ...(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(apiKey)
          ? []
          : [
              `PIQUE_API_KEY is ${apiKey === '' ? 'empty' : 'no key'}; expected one as \`pique key add NAME\` prints it`,
            ]),
      ]
      for (const problem of problems) complain(`pique: ${problem}`)
      if (problems.length > 0) {
        process.exitCode = EXIT_BAD_SETTINGS
        return
      }
      const { serveMcp } = await loadServer()
      await serveMcp({ url: new URL(url).origin, key: apiKey })
    })

  async function loadServer(): Promise<typeof import('./mcp/serve.ts')> {
    try {
      // By its address, so that it stays a file of its own, which no other command loads.
      return await import(new URL('./mcp.js', import.meta.url).href)
    } catch (error) {
      const isMissing = codeOf(error) === 'ERR_MODULE_NOT_FOUND' && String(error).includes(SDK)
      if (!isMissing) throw error
      complain(
        `pique: \`pique mcp\` needs the package ${SDK}, which is optional; type: npm install ${SDK}`,
      )
      return process.exit(1)
    }
  }
}
