import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PEM files of a small authority and of what it has signed. */
export interface Certificates {
  folder: string;
  ca: string;
  /** Another authority, which has signed nothing. */
  strangerCa: string;
  /** For the name target.test and the address 127.0.0.1. */
  server: { cert: string; key: string };
  client: { cert: string; key: string };
  end(): Promise<void>;
}

/** Makes them with openssl. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-tls-'));
  const authority = (name: string) => make(folder, name, ['-addext', 'basicConstraints=critical,CA:TRUE']);
  const ca = await authority('ca');
  const signed = (name: string, extension: string) => make(folder, name, ['-CA', ca.cert, '-CAkey', ca.key, '-addext', extension]);
  return {
    folder,
    ca: ca.cert,
    strangerCa: (await authority('stranger')).cert,
    server: await signed('server', 'subjectAltName=DNS:target.test,IP:127.0.0.1'),
    client: await signed('client', 'extendedKeyUsage=clientAuth'),
    end: () => rm(folder, { recursive: true }),
  };
}

async function make(folder: string, name: string, options: readonly string[]): Promise<{ cert: string; key: string }> {
  const [cert, key, config] = ['crt', 'key', 'cnf'].map((extension) => path.join(folder, `${name}.${extension}`)) as [
    string,
    string,
    string,
  ];
  // Without a configuration of its own openssl marks whatever it signs itself as an authority.
  await writeFile(config, '[req]\ndistinguished_name = dn\n[dn]\n');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const out = ['-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=loadwitness test ${name}`];
  await run('openssl', ['req', '-x509', '-config', config, ...curve, ...out, ...options]);
  return { cert, key };
}
