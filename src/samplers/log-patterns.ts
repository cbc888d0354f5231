/** Names of the patterns that a line matches, in their order. */
export type LineMatcher = (line: string) => readonly string[];

const NONE: readonly string[] = [];

/** Parts of an expression that mean something else, or nothing, within a larger one: numbered and named groups that are referred to. */
const OWN_GROUPS = /\\[1-9]|\\k|\(\?<[^=!]/;

/**
 * A matcher for all patterns (name → regular expression). Most lines match none, so all are asked at once first: that takes half the time.
 * @throws SyntaxError for what is no regular expression
 */
export function lineMatcher(patterns: Record<string, string>): LineMatcher {
  const expressions = Object.entries(patterns).map(([name, pattern]) => ({ name, expression: new RegExp(pattern) }));
  const sources = Object.values(patterns);
  const any = sources.some((source) => OWN_GROUPS.test(source))
    ? undefined
    : new RegExp(sources.map((source) => `(?:${source})`).join('|'));
  return (line) => {
    if (any !== undefined && !any.test(line)) return NONE;
    return expressions.filter(({ expression }) => expression.test(line)).map(({ name }) => name);
  };
}
