import { UsageError } from '../errors.js';

/** Where metrics are sent to. */
export interface OtlpTarget {
  url: string;
  /** Secrets. */
  headers: Readonly<Record<string, string>>;
}

const PATH = 'v1/metrics';

/** OpenTelemetry's variables for metrics alone come before those for everything. */
const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const METRICS_ENDPOINT = 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT';
const HEADERS = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS'] as const;

/**
 * Reads what was typed after `--otlp`, and the environment as OpenTelemetry's SDKs do.
 *
 * @param typed A URL, or `true` where the environment has it.
 * @throws UsageError when there is none, or it is none that can be used. What is secret in it is not named.
 */
export function otlpTarget(typed: string | true, env: NodeJS.ProcessEnv): OtlpTarget {
  return { url: urlOf(typed, env), headers: Object.assign({}, ...HEADERS.map((name) => headersOf(name, env[name] ?? ''))) };
}

function urlOf(typed: string | true, env: NodeJS.ProcessEnv): string {
  if (typed !== true) return withPath(checked('--otlp', typed));
  if (env[METRICS_ENDPOINT]) return checked(METRICS_ENDPOINT, env[METRICS_ENDPOINT]).href;
  if (env[ENDPOINT]) return withPath(checked(ENDPOINT, env[ENDPOINT]));
  throw new UsageError(`--otlp: needs a URL, e.g. --otlp http://127.0.0.1:4318, or ${ENDPOINT} in the environment`);
}

function checked(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`${name}: must be an http:// or https:// URL, e.g. http://127.0.0.1:4318`);
  }
  if (url.username !== '' || url.password !== '') throw new UsageError(`${name}: a password goes into ${HEADERS[0]}, not into the URL`);
  if (url.search !== '' || url.hash !== '') throw new UsageError(`${name}: must not have a query: a key goes into ${HEADERS[0]}`);
  return url;
}

/** The signal's path is put behind a base that does not have it. */
function withPath(url: URL): string {
  const base = url.href.replace(/\/+$/, '');
  return base.endsWith(`/${PATH}`) ? base : `${base}/${PATH}`;
}

/** `name=value` pairs with commas between them, their values as in a URL. */
function headersOf(variable: string, text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const name = pair.slice(0, at).trim();
      const value = decoded(pair.slice(at + 1).trim());
      if (at < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[\r\n\0]/.test(value)) {
        throw new UsageError(`${variable}: must be <name>=<value>, with commas between several`);
      }
      return [name, value];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A percent sign that stands for itself.
  }
}
