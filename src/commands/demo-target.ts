import { join } from 'node:path';
import type { ConfigLayer } from '../config/layer.js';

/** A target that the demo has brought up. */
export interface DemoTarget {
  /** Holds what belongs to it; gone after `stop`. */
  folder: string;
  /** What it knows of itself. */
  layer: ConfigLayer;
  /** The same as a configuration file. */
  file: object;
  stop(): Promise<void>;
}

/** The embedded target hashes passwords beside its event loop. */
export const REGISTRATIONS_PER_SECOND = 10;

/** Registered accounts end with the target that knows them. */
export const accountFileIn = (folder: string): string => join(folder, 'accounts.json');
