import { withBase } from 'vitepress'
import DefaultTheme from 'vitepress/theme-without-fonts'
import { h } from 'vue'
import './site.css'

/** A link to the javadoc of an artifact, which stands beside the pages and is plain text at GitHub. */
function Javadoc(props, { slots }) {
  return h('a', { href: withBase(`/javadoc/${props.of}/index.html`), target: '_self' }, slots.default?.())
}
Javadoc.props = ['of']

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('Javadoc', Javadoc)
  }
}
