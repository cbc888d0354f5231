import type { Patch } from '../report/view/live/patch.js';
import type { Language, PageModel } from '../report/view/model.js';

/*
 * What the server and its page say to each other. All of it is JSON; what goes wrong is answered with a Problem and a status of 400 or more.
 *
 * GET  /                            the page, with a ServerPage in #data
 * GET  /runs/<id>                   the same page, with that run in it
 * GET  /api/runs                    RunEntry[], newest first
 * POST /api/runs                    NewRun → 201 Started
 * GET  /api/runs/<id>               PageModel of a run as it stands
 * POST /api/runs/<id>/command       Command → 204
 * GET  /api/compare?runs=<id>,<id>   ComparisonModel of two runs or more, the first being what the others are compared with
 * GET  /api/runs/<id>/report.html   to keep, for runs under way as they stand
 * GET  /api/runs/<id>/files/<path>  to keep: a file of the run's folder; its reports for runs under way as they stand
 * WebSocket /api/live?run=<id>      ToPage, one a frame; the page says nothing
 */

/**
 * What the server says to a page on its WebSocket. A page that joins, or joins again, is told `state` and, as soon as there is one, `model`; from
 * then on `batch` once a second while there is something new. A page that cannot keep up is sent nothing meanwhile, and then a fresh `model`. So it
 * is when the run has ended: with `kind: report`.
 */
export type ToPage =
  | { type: 'model'; run: RunState; model: PageModel }
  /** The model is now `applyPatch(model, patch)` of report/view/live/patch.ts. */
  | { type: 'batch'; run: RunState; patch: Patch }
  | { type: 'state'; run: RunState }
  | { type: 'error'; message: string };

/** Where a run of the server stands. */
export interface RunState {
  id: string;
  /** `stopping`: the load has ended or was told to; samples and reports are still to come. */
  state: 'preflight' | 'running' | 'stopping' | 'finished';
  /** Whether it takes {@link Command}s from here. */
  controllable: boolean;
  /** Users against the plan, by all changes so far. */
  adjustment: number;
  /** Exit code of a finished run that was started here; else null. */
  exitCode: number | null;
  /** The last lines that the run said, for people. Empty where it was not started here. */
  said: string[];
}

/** What a page may ask of a run: `POST /api/runs/<id>/command`. */
export type Command =
  /** So many users altogether from now on, climbing (or falling) at so many a second. */
  { type: 'users'; users: number; spawnRate: number } | { type: 'stop' };

/** What a page starts: `POST /api/runs`. What is left out is the configuration's that the server was started with. */
export interface NewRun {
  target?: string | undefined;
  users?: number | undefined;
  /** Users started a second, with `users`. */
  spawnRate?: number | undefined;
  /** Seconds, with `users`. */
  duration?: number | undefined;
  /** `20@5:10s,60@5:60s`, in place of users, spawnRate and duration. */
  stages?: string | undefined;
  preset?: 'full' | 'small' | undefined;
  identity?: string | undefined;
  preflight: boolean;
}

/** Why something cannot be done. */
export interface Problem {
  message: string;
  /** What is wrong with parts of what was asked, by their name, as in {@link NewRun}: to be shown beside them. */
  issues?: Record<string, string>;
}

/** The run that was started. */
export interface Started {
  id: string;
}

/** One run of the folder of all runs: `GET /api/runs`. */
export interface RunEntry {
  id: string;
  target: string;
  /** Unix ms. */
  start: number;
  /** The most users of its plan; null where the load was not ours. */
  users: number | null;
  /** Null while it goes on, or where it has no verdict. */
  verdict: 'PASS' | 'FAIL' | 'INCONCLUSIVE' | null;
  running: boolean;
}

/** What is in #data of a page of the server, in place of a PageModel. */
export interface ServerPage {
  version: 1;
  kind: 'server';
  language: Language;
  /** The run that this page is of: that of its path or, at `/`, the one that this server is there for; else null. */
  run: string | null;
  /** What a run is started with where the form says nothing; null where this server starts no runs. */
  form: FormDefaults | null;
}

/** What the configuration of the server says of a run. */
export interface FormDefaults {
  /** Empty where it says none. */
  target: string;
  /** Whether a page may name another one. */
  otherTargets: boolean;
  /** As {@link NewRun} takes them. */
  stages: string;
  identity: string;
  identities: string[];
}
