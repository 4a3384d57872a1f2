/**
 * Product pictures, drawn with a few flat shapes and no background, so that one file suits the light
 * and the dark page. Colours are attributes, not styles: a strict policy would drop a style element.
 */
const GREEN = '#3f7a62'
const DEEP = '#2c5a48'
const SAND = '#dcc7a0'
const CLAY = '#c4683f'
const CREAM = '#f7f1e5'
const STEEL = '#9aa5a0'
const COAL = '#37413d'

const box = (x: number, y: number, width: number, height: number, fill: string, radius = 6) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}"/>`
const dot = (x: number, y: number, radius: number, fill: string) =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>`
const path = (d: string, fill: string) => `<path d="${d}" fill="${fill}"/>`
const line = (d: string, stroke: string, width: number) =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`
const shadow = (x: number, width: number) =>
  `<ellipse cx="${x}" cy="212" rx="${width / 2}" ry="7" fill="#000" fill-opacity=".12"/>`

const mug = (x: number, y: number, fill: string) =>
  line(`M${x + 42} ${y + 11}h7a10 10 0 0 1 0 20h-7`, fill, 6) +
  path(`M${x} ${y}h44v28a14 14 0 0 1-14 14h-16a14 14 0 0 1-14-14z`, fill)
const steam = (x: number, y: number) =>
  line(`M${x} ${y}c-6-8 6-12 0-20M${x + 14} ${y}c-6-8 6-12 0-20`, STEEL, 3)

const DRAWINGS: Readonly<Record<string, string>> = {
  'alder-bean-to-cup':
    shadow(160, 190) +
    path('M104 28h48l-6 26h-36zM168 28h48l-6 26h-36z', SAND) +
    path('M109 40h38l-3 14h-32zM173 40h38l-3 14h-32z', '#6b4a33') +
    box(84, 52, 152, 158, COAL, 12) +
    box(98, 66, 124, 50, DEEP, 8) +
    [0, 1, 2]
      .map((n) => box(108 + n * 36, 76, 30, 30, GREEN, 6) + dot(123 + n * 36, 91, 7, CREAM))
      .join('') +
    box(102, 126, 116, 68, '#262e2b', 6) +
    box(142, 120, 36, 22, STEEL, 4) +
    box(151, 142, 5, 10, STEEL, 1) +
    box(164, 142, 5, 10, STEEL, 1) +
    mug(138, 154, CREAM) +
    box(92, 194, 136, 12, STEEL, 4),
  'birch-batch-brewer':
    shadow(160, 150) +
    box(98, 36, 124, 44, GREEN, 10) +
    dot(116, 58, 6, CREAM) +
    dot(136, 58, 6, SAND) +
    box(180, 50, 30, 16, DEEP, 3) +
    box(98, 70, 28, 136, DEEP, 6) +
    path('M138 80h72l-10 26h-52z', COAL) +
    box(146, 116, 56, 78, STEEL, 12) +
    box(156, 108, 36, 12, COAL, 4) +
    line('M204 132h10a8 8 0 0 1 8 8v24a8 8 0 0 1-8 8h-10', COAL, 7) +
    box(154, 132, 6, 46, '#c3cbc7', 3) +
    box(92, 196, 138, 14, COAL, 5),
  'hazel-quiet-grinder':
    shadow(160, 120) +
    path('M116 30h88l-14 58h-60z', SAND) +
    path('M122 54h76l-8 34h-60z', '#6b4a33') +
    box(112, 24, 96, 12, COAL, 6) +
    box(122, 84, 76, 104, CLAY, 14) +
    dot(160, 112, 13, CREAM) +
    line('M160 112l6-7', COAL, 3) +
    box(142, 136, 36, 14, COAL, 4) +
    path('M138 160h44l-6 34h-32z', '#8a4526') +
    path('M146 164h28l-4 22h-20z', COAL) +
    box(110, 192, 100, 16, COAL, 6),
  'rowan-kettle':
    shadow(164, 150) +
    line('M112 170c-30-4-24-58-52-66', GREEN, 9) +
    path('M118 96h84l20 94a10 10 0 0 1-10 12h-104a10 10 0 0 1-10-12z', GREEN) +
    box(126, 82, 68, 16, DEEP, 8) +
    dot(160, 76, 9, COAL) +
    line('M206 108c44-8 52 44 22 66', COAL, 10) +
    box(104, 200, 112, 10, COAL, 5) +
    path('M130 108h12l-8 80h-12z', '#5a987d'),
  'willow-water-tap':
    shadow(160, 220) +
    box(46, 176, 228, 32, SAND, 6) +
    box(46, 176, 228, 10, '#c9b28a', 5) +
    line('M132 176v-92a40 40 0 0 1 80 0v16', STEEL, 16) +
    box(202, 96, 20, 18, COAL, 4) +
    box(116, 134, 32, 42, COAL, 8) +
    dot(132, 147, 4, CLAY) +
    dot(132, 162, 4, '#6fa8c7') +
    line('M212 120v18', '#6fa8c7', 4) +
    mug(186, 134, GREEN),
  'house-blend-case':
    shadow(160, 210) +
    path('M60 118l100-20 100 20v84h-200z', '#c9a873') +
    path('M60 118h200v84h-200z', '#d8bb8a') +
    [84, 134, 184]
      .map((x, n) => {
        const fill = [DEEP, CLAY, GREEN][n] ?? GREEN
        return (
          path(`M${x} 58l6-18h40l6 18v70h-52z`, fill) +
          box(x + 6, 40, 40, 9, COAL, 2) +
          box(x + 10, 72, 32, 30, CREAM, 3) +
          path(`M${x + 26} 78c9 4 9 14 0 18c-9-4-9-14 0-18z`, '#6b4a33')
        )
      })
      .join('') +
    path('M60 122h200v80h-200z', '#d8bb8a') +
    box(126, 148, 68, 30, CREAM, 3) +
    line('M136 158h48M136 168h30', COAL, 3),
  'stoneware-mugs':
    shadow(160, 220) +
    mug(62, 168, GREEN) +
    mug(136, 168, SAND) +
    mug(210, 168, CLAY) +
    mug(98, 124, CLAY) +
    mug(172, 124, GREEN) +
    mug(136, 80, CREAM) +
    steam(150, 72),
  'breakroom-trolley':
    shadow(160, 210) +
    line('M78 96v98M242 96v98', COAL, 8) +
    line('M242 96h26v-22', COAL, 7) +
    box(58, 88, 204, 14, '#d8a870', 5) +
    box(74, 146, 172, 10, '#c4935c', 4) +
    box(74, 184, 172, 10, COAL, 4) +
    dot(86, 204, 9, COAL) +
    dot(234, 204, 9, COAL) +
    box(92, 36, 58, 52, DEEP, 6) +
    box(104, 54, 34, 34, '#20302a', 4) +
    box(113, 66, 16, 22, STEEL, 4) +
    mug(180, 46, CLAY) +
    box(100, 118, 48, 28, SAND, 4) +
    mug(176, 104, CREAM),
  leaf:
    path('M160 20c90 30 110 120 0 200c-110-80-90-170 0-200z', GREEN) +
    line('M160 60v150M160 110l36-26M160 110l-36-26M160 150l40-28M160 150l-40-28', CREAM, 10),
}

/** The SVG file of a product, or of the shop's leaf; undefined for a name that has none. */
export function artOf(name: string): string | undefined {
  if (!Object.hasOwn(DRAWINGS, name)) return undefined
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${name === 'leaf' ? '40 0 240 240' : '0 0 320 240'}">${DRAWINGS[name]}</svg>`
}
