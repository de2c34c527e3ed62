import { existsSync, statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = 'https://github.com/pulsarlock/pulsar-lock'

const docs = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const root = resolve(docs, '..')

/**
 * Pages link to files of the repository by their relative path, as GitHub wants it. On the site such a link leads
 * to the file at GitHub.
 */
export function repositoryLinks(markdown) {
  markdown.core.ruler.push('repository-links', (state) => {
    for (const token of state.tokens) {
      for (const child of token.children ?? []) {
        if (child.type === 'link_open') {
          child.attrSet('href', target(child.attrGet('href'), state.env.path))
        }
      }
    }
  })
}

function target(href, page) {
  if (/^([a-z]+:|#|\/)/.test(href)) {
    return href
  }
  const [path, anchor] = href.split('#')
  const file = resolve(dirname(page), decodeURI(path))
  const within = relative(root, file)
  if (within.startsWith('..') || !existsSync(file)) {
    throw new Error(`${relative(root, page)}: ${href} is no file of this repository`)
  }
  if (file.startsWith(docs + '/') && path.endsWith('.md')) {
    return href
  }
  const kind = statSync(file).isDirectory() ? 'tree' : 'blob'
  return `${repository}/${kind}/main/${within}${anchor ? '#' + anchor : ''}`
}
