/** Gives what stands where a secret stood. @param plain The secret without the escapes of the place where it was found. */
export type Hide = (secret: string, plain?: string) => string;

/** One way in which secrets are seen, known to the process or not. */
export interface Rule {
  /** What it finds, for the report. */
  kind: string;
  /** Nothing but a secret looks like this: a finished file that has one must not be shipped. */
  isCertain: boolean;
  apply(text: string, hide: Hide): string;
}

/** A text as it stands in a string of JSON, without its escapes. */
export function unescaped(value: string): string {
  try {
    return JSON.parse(`"${value}"`) as string;
  } catch {
    // Not of JSON: then it means what it says.
    return value;
  }
}
