/** A way in which a run is shown while it lasts. */
export interface LiveExport {
  /** Where, for people. */
  place: string;
  /** Tells the last state and ends. Never rejects, and takes a few seconds at most. */
  close(): Promise<void>;
}
