/** A frame of the target's WebSocket protocol, from either side. */
export interface Frame {
  type: string;
  [key: string]: unknown;
}

export type ErrorCode =
  | 'UNKNOWN_MESSAGE_TYPE'
  | 'MISSING_LOCATION'
  | 'INVALID_PARAMETERS'
  | 'NO_ACTIVE_SESSION'
  | 'ROUTE_ID_MISMATCH'
  | 'INVALID_LOCATION'
  | 'ROUTE_SWITCH_FAILED'
  | 'ROUTE_CALCULATION_ERROR'
  | 'CALCULATION_TIMEOUT'
  | 'INTERNAL_SERVER_ERROR';

/** A message that cannot be answered as it wishes; the user gets an `error` frame with the code. */
export class Refusal extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export function errorFrame(code: ErrorCode, message: string): Frame {
  return { type: 'error', message, code, timestamp: new Date().toISOString() };
}

/** The message in a WebSocket frame, or undefined for what is no JSON object. `type` may be anything yet. */
export function parseFrame(data: string): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    // Not JSON is an answer here: the caller refuses the frame.
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}
