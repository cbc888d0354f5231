/** The fields of a reply to INFO. */
export function parseInfo(text: string): Record<string, string> {
  return Object.assign({}, ...Object.values(parseInfoSections(text)));
}

/** The fields of a reply to INFO by section (`Server`, `Clients`, …). */
export function parseInfoSections(text: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {};
  let section: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (line.startsWith('#')) {
      section = {};
      sections[line.slice(1).trim()] = section;
    } else if (colon > 0) section[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return sections;
}
