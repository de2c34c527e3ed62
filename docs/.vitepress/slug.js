/** The anchor of a heading as GitHub makes it, so that a link with an anchor leads to the same place here and there. */
export function slug(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replace(/ /g, '-')
}
