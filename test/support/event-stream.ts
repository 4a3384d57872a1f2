/** An answer whose end need not be waited for: of a stream, what comes within a moment, and then it is left. */
export async function ended(answer: Response): Promise<Response> {
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream')
  const reader = isStream ? answer.body?.getReader() : undefined
  if (!reader) return answer
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const quiet = new Promise<null>((resolve) => setTimeout(resolve, 30, null))
    const next = await Promise.race([reader.read(), quiet])
    if (next === null || next.done) break
    text += decoder.decode(next.value, { stream: true })
  }
  await reader.cancel()
  return new Response(text, { status: answer.status, headers: answer.headers })
}
