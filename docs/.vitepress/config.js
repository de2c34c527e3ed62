import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitepress'
import { repository, repositoryLinks } from './repository.js'
import { slug } from './slug.js'

const pom = readFileSync(new URL('../../pom.xml', import.meta.url), 'utf8')
const version = /<artifactId>pulsar-lock-parent<\/artifactId>\s*<version>([^<]+)</.exec(pom)[1]

const base = process.env.SITE_BASE || '/'

export default defineConfig({
  title: 'Pulsar Lock',
  description: 'Distributed locks and leader election for Spring Boot on Apache Pulsar',
  lang: 'en',
  base,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }]],
  markdown: {
    languageAlias: { promql: 'python' },
    anchor: { slugify: slug },
    toc: { slugify: slug },
    headers: { slugify: slug },
    config: (markdown) => markdown.use(repositoryLinks)
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Guide', link: '/getting-started' },
      { text: 'Why not simply …?', link: '/why-not-simply' },
      { text: 'Javadoc', link: '/javadoc' },
      { text: version, link: `${repository}/blob/main/CHANGELOG.md` }
    ],
    sidebar: [
      {
        text: 'Use',
        items: [
          { text: 'Getting started', link: '/getting-started' },
          { text: 'Annotations', link: '/annotations' },
          { text: 'Programmatic use', link: '/programmatic' },
          { text: 'Testing', link: '/testing' },
          { text: 'Migration', link: '/migration' },
          { text: 'Settings', link: '/settings' },
          { text: 'Troubleshooting', link: '/troubleshooting' },
          { text: 'Sample application', link: '/sample' },
          { text: 'Javadoc', link: '/javadoc' }
        ]
      },
      {
        text: 'Operate',
        items: [
          { text: 'Operations', link: '/operations' },
          { text: 'Console', link: '/console' },
          { text: 'Metrics', link: '/metrics' },
          { text: 'Security', link: '/security' }
        ]
      },
      {
        text: 'Understand',
        items: [
          { text: 'Why not simply …?', link: '/why-not-simply' },
          { text: 'Protocol', link: '/protocol' },
          { text: 'Model', link: '/model/README' },
          { text: 'Reliability', link: '/reliability' },
          { text: 'Performance', link: '/performance' },
          { text: 'Architecture', link: '/architecture' }
        ]
      }
    ],
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path`, text: 'Edit this page' },
    footer: {
      message: 'Apache License 2.0. Apache Pulsar is a trademark of the Apache Software Foundation.'
    }
  }
})
