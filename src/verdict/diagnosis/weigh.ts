import type { Action, Cause, Proof, Standing } from '../finding.js';

/** What the evidence says of one cause. */
export interface Weights {
  /** It was seen itself, at the time of the symptom, and not only what it would bring about. */
  seen?: boolean;
  for?: readonly Proof[];
  /** Each says that something the cause needs was looked at and is not there. */
  against?: readonly Proof[];
  unknown?: readonly string[];
}

/** A cause with its standing. It is only ruled out where everything that would tell was looked at. */
export function weigh(cause: { id: string; title: string; actions: readonly Action[] }, weights: Weights): Cause {
  const { seen = false, for: speaksFor = [], against = [], unknown = [] } = weights;
  return {
    id: cause.id,
    title: cause.title,
    standing: standingOf(seen, speaksFor.length, against.length, unknown.length),
    for: [...speaksFor],
    against: [...against],
    unknown: [...unknown],
    actions: [...cause.actions],
  };
}

function standingOf(seen: boolean, speakFor: number, against: number, unknown: number): Standing {
  if (speakFor > 0) return seen ? 'confirmed' : against > 0 ? 'possible' : 'likely';
  return against > 0 && unknown === 0 ? 'ruled_out' : 'possible';
}

/** A statement and where it was read. */
export const proof = (text: string, source: string): Proof => ({ text, source });

/** What to do, and the command to type where there is one. */
export const action = (text: string, command: string | null = null): Action => ({ text, command });
