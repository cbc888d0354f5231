/** What a canary carries, so that it is known when it comes. */
export interface CanaryPayload {
  run: string;
  phase: string;
  seq: number;
  /** Unix ms. */
  sentAt: number;
}

/** What stands in for the placeholders of an envelope. */
export interface EnvelopeValues {
  user: string;
  canary: CanaryPayload;
  /** ISO 8601. */
  time: string;
}

/**
 * A copy of the template in which each text that is `{user}`, `{canary}` or `{time}`, and nothing but that, is replaced.
 * Everything else stays as it is, keys too.
 */
export function fillEnvelope(template: unknown, values: EnvelopeValues): unknown {
  switch (template) {
    case '{user}':
      return values.user;
    case '{canary}':
      return values.canary;
    case '{time}':
      return values.time;
  }
  if (Array.isArray(template)) return template.map((item) => fillEnvelope(item, values));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fillEnvelope(value, values)]));
}
