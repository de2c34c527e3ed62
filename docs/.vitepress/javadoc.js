// Copies the javadoc of the published modules into the site, if it has been made.
import { cpSync, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const modules = { 'pulsar-lock-spring-boot': 'lock-autoconfigure', 'pulsar-lock-test': 'lock-test' }

for (const [artifact, folder] of Object.entries(modules)) {
  const javadoc = fileURLToPath(new URL(`../../${folder}/target/reports/apidocs`, import.meta.url))
  if (existsSync(javadoc)) {
    cpSync(javadoc, fileURLToPath(new URL(`dist/javadoc/${artifact}`, import.meta.url)), { recursive: true })
  }
}
