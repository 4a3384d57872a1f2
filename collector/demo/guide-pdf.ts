/**
 * The buying guide as a PDF 1.4 file, written by hand: catalog, page tree, two standard fonts, and a
 * page and a content stream for each page. The cross-reference table holds the byte offset of every
 * object, so the file is built as Latin-1 (the fonts' WinAnsi encoding), one byte a character.
 */
import { GUIDE, GUIDE_INTRO } from './guide-text.ts'
import { PAGES, SHOP_NAME } from './titles.ts'

const PAGE_WIDTH = 595
const PAGE_HEIGHT = 842
const MARGIN = 72
// Helvetica is on average about half as wide as its size; a cautious wrap needs no metrics table.
const WIDTH_PER_SIZE = 0.51

interface Style {
  readonly font: 'F1' | 'F2'
  readonly size: number
  readonly gapBefore: number
}

const TITLE: Style = { font: 'F2', size: 24, gapBefore: 0 }
const HEADING: Style = { font: 'F2', size: 14, gapBefore: 22 }
const BODY: Style = { font: 'F1', size: 11, gapBefore: 10 }
const RULE: Style = { font: 'F1', size: 11, gapBefore: 20 }

const TITLE_TEXT = PAGES.guide.title.replace(` — ${SHOP_NAME}`, '')

const WORKSHEET = [
  'People in the office',
  'Cups a day',
  'Metres to the nearest tap',
  'Who cleans it',
  'Budget over 36 months',
]

/** A complete PDF file; the same bytes every time. */
export function buildGuidePdf(): Uint8Array<ArrayBuffer> {
  const pages = layOut()
  const pageId = (index: number) => 5 + index * 2
  const kids = pages.map((_, index) => `${pageId(index)} 0 R`).join(' ')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>',
    ...pages.flatMap((content, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE_WIDTH} ${PAGE_HEIGHT}] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${pageId(index) + 1} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
    `<< /Title (${pdfText(TITLE_TEXT)}) /Author (${SHOP_NAME}) >>`,
  ]
  return assemble(objects)
}

function assemble(objects: readonly string[]): Uint8Array<ArrayBuffer> {
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  file += `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${file.length}\n%%EOF\n`
  return Uint8Array.from(file, (character) => character.charCodeAt(0))
}

/** The content stream of every page. */
function layOut(): readonly string[] {
  const pages: string[] = []
  let content = ''
  let y = PAGE_HEIGHT - MARGIN
  const write = (text: string, style: Style) => {
    y -= style.gapBefore
    for (const line of wrap(text, style.size)) {
      y -= style.size * 1.4
      // A heading alone at the foot of a page helps nobody.
      if (y < MARGIN + (style === HEADING ? 3 * HEADING.size : 0)) {
        pages.push(content)
        content = ''
        y = PAGE_HEIGHT - MARGIN - style.size * 1.4
      }
      content += `BT /${style.font} ${style.size} Tf ${MARGIN} ${y.toFixed(1)} Td (${pdfText(line)}) Tj ET\n`
    }
  }
  write(TITLE_TEXT, TITLE)
  write(GUIDE_INTRO, BODY)
  for (const part of GUIDE) {
    write(part.heading, HEADING)
    for (const text of part.paragraphs) write(text, BODY)
  }
  write('Your numbers', HEADING)
  for (const label of WORKSHEET) write(`${label}: ${'_'.repeat(52 - label.length)}`, RULE)
  return [...pages, content]
}

function wrap(text: string, size: number): readonly string[] {
  const maxCharacters = Math.floor((PAGE_WIDTH - 2 * MARGIN) / (size * WIDTH_PER_SIZE))
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && line.length + word.length + 1 > maxCharacters) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  return [...lines, line]
}

/** Escapes what ends a PDF string, and writes typographic characters as WinAnsi has them. */
function pdfText(text: string): string {
  return text
    .replace(/[\\()]/g, '\\$&')
    .replaceAll('’', '\\222')
    .replaceAll('—', '\\227')
    .replaceAll('–', '\\226')
    .replace(/[^\x20-\x7e]/g, '?')
}
