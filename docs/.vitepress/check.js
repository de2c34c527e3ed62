// Follows every link of the built pages to its page and anchor, and refuses what would be loaded from elsewhere.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('dist', import.meta.url))
const base = process.env.SITE_BASE || '/'
const javadoc = join(dist, 'javadoc')
const problems = []
let followed = 0
let withoutJavadoc = 0

const pages = readdirSync(dist, { recursive: true })
  .filter((name) => name.endsWith('.html') && !name.startsWith('javadoc/'))
  .map((name) => join(dist, name))
const anchors = new Map()

function anchorsOf(file) {
  if (!anchors.has(file)) {
    const html = readFileSync(file, 'utf8')
    anchors.set(file, new Set([...html.matchAll(/\s(?:id|name)="([^"]+)"/g)].map((match) => unescaped(match[1]))))
  }
  return anchors.get(file)
}

function unescaped(text) {
  return text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function follow(page, link) {
  const [path, anchor] = decodeURI(link).split('#')
  let file = page
  if (path.startsWith('/')) {
    if (!path.startsWith(base)) {
      return 'is not within the site'
    }
    file = join(dist, path.slice(base.length))
  }
  else if (path) {
    file = resolve(dirname(page), path)
  }
  if (file.startsWith(javadoc) && !existsSync(javadoc)) {
    withoutJavadoc++
    return null
  }
  const candidates = [file, file + '.html', join(file, 'index.html')]
  const found = candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile())
  if (!found) {
    return 'leads nowhere'
  }
  if (anchor && extname(found) === '.html' && !anchorsOf(found).has(anchor)) {
    return 'has no such anchor'
  }
  return null
}

for (const page of pages) {
  const html = readFileSync(page, 'utf8')
  for (const [, tag, attribute, value] of html.matchAll(/<([a-z]+)\b[^>]*?\s(href|src)="([^"]*)"/g)) {
    const link = unescaped(value)
    let problem = null
    if (/^(https?:)?\/\//.test(link)) {
      problem = tag === 'a' ? null : 'is loaded from another host'
    }
    else if (!/^(mailto|data):/.test(link)) {
      followed++
      problem = follow(page, link.split('?')[0])
    }
    if (problem) {
      problems.push(`${relative(dist, page)}: ${attribute} ${link} ${problem}`)
    }
  }
}

for (const name of readdirSync(join(dist, 'assets'), { recursive: true }).filter((name) => name.endsWith('.css'))) {
  for (const [, url] of readFileSync(join(dist, 'assets', name), 'utf8').matchAll(/url\((?:"|')?(https?:[^)]+)\)/g)) {
    problems.push(`${name}: ${url} is loaded from another host`)
  }
}

console.log(`${pages.length} pages, ${followed} links followed`
  + (withoutJavadoc ? `, ${withoutJavadoc} of them to javadoc that has not been made` : ''))
if (problems.length) {
  console.error(problems.join('\n'))
  process.exit(1)
}
