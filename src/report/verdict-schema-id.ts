/** Names the shape of verdict.json, with {@link RESULT_VERSION} in it: a program that knows it can read the file. */
export const VERDICT_SCHEMA_ID = 'urn:loadwitness:verdict:1';
