/** A statement of the evidence, and where it can be looked up. */
export interface Proof {
  /** With its numbers, and its times where they tell something: `redis.keys.evicted rose from 0 to 1,204 from 12:03:10 on`. */
  text: string;
  /** What it was read from: a metric, a criterion, a check, a log pattern, a type of event. */
  source: string;
}

/** What to do, and the command to type where there is one. */
export interface Action {
  text: string;
  command: string | null;
}

/**
 * How a cause stands by the evidence. `confirmed`: it was seen itself, at the time of the symptom. `likely`: what it would cause was seen and
 * nothing speaks against it. `possible`: nothing was seen that tells. `ruled_out`: what it would need was looked at and is not there.
 */
export type Standing = 'confirmed' | 'likely' | 'possible' | 'ruled_out';

/** One thing that could have made a symptom. */
export interface Cause {
  id: string;
  title: string;
  standing: Standing;
  for: Proof[];
  against: Proof[];
  /** What nobody looked at and would have told: `no sample of redis.keys.evicted`. */
  unknown: string[];
  actions: Action[];
}

/** A symptom of a run, with the causes that explain it, the best supported first. */
export interface Finding {
  /** Id of the rule that found it. */
  rule: string;
  title: string;
  /** With its numbers. */
  symptom: string;
  /** When it was seen, in Unix ms; null where that is not known. */
  from: number | null;
  to: number | null;
  /** What the symptom was read from; never empty. */
  evidence: Proof[];
  causes: Cause[];
  /** What to watch next time. */
  watch: string[];
}
