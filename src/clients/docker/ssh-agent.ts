import { spawn } from 'node:child_process';
import http from 'node:http';
import { Duplex } from 'node:stream';
import type { EngineHost } from './host.js';

type SshHost = Extract<EngineHost, { kind: 'ssh' }>;

/**
 * Connects as Docker's own client does: `ssh … docker system dial-stdio` is one connection to the Engine. The system's ssh is asked and no
 * library, since it knows the user's configuration, keys and known hosts.
 */
export class SshAgent extends http.Agent {
  constructor(
    private readonly host: SshHost,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    super({ keepAlive: true });
  }

  override createConnection(): Duplex {
    return new SshConnection(sshArguments(this.host), this.env);
  }
}

/** It asks for nothing: nobody is there to answer. */
function sshArguments({ destination, user, port }: SshHost): string[] {
  const login = user === undefined ? [] : ['-l', user];
  const at = port === undefined ? [] : ['-p', String(port)];
  const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-T'];
  return [...login, ...at, ...options, '--', destination, 'docker', 'system', 'dial-stdio'];
}

/** The two pipes of one ssh, as the socket that node:http wants. */
class SshConnection extends Duplex {
  private readonly ssh;
  private complaint = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    super();
    this.ssh = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], env, windowsHide: true });
    this.ssh.on('error', (error) => this.destroy(error));
    this.ssh.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) this.ssh.stdout.pause();
    });
    this.ssh.stderr.on('data', (chunk: Buffer) => {
      this.complaint = `${this.complaint}${chunk}`.slice(-1000);
    });
    this.ssh.on('close', (code) => this.ended(code));
    // Told by 'close' too, with what ssh says about it.
    this.ssh.stdin.on('error', () => undefined);
  }

  override _read(): void {
    this.ssh.stdout.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.ssh.stdin.write(chunk, encoding, done);
  }

  override _final(done: () => void): void {
    this.ssh.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.ssh.stdin.destroy();
    this.ssh.kill();
    done(error);
  }

  private ended(code: number | null): void {
    const said = this.complaint.trim().split(/\r?\n/).at(-1);
    if (code !== 0 && code !== null) this.destroy(new Error(said || `ssh ended with exit code ${code}`));
    else this.push(null);
  }

  // What node:http asks of a socket and a pair of pipes has not.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    this.ssh.ref();
    return this;
  }
  unref(): this {
    this.ssh.unref();
    return this;
  }
}
