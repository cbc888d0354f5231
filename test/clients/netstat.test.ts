import { describe, expect, it } from 'vitest';
import { parseNetstat } from '../../src/clients/netstat.js';

describe('parseNetstat', () => {
  it('reads what net-tools and BusyBox write', () => {
    const text = `Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 127.0.0.11:42601        0.0.0.0:*               LISTEN
tcp        0      0 172.18.0.3:8001         172.18.0.1:55555        ESTABLISHED
tcp        0      0 172.18.0.3:8001         172.18.0.1:55556        TIME_WAIT
tcp6       0      0 :::8001                 :::*                    LISTEN
tcp6       0      0 ::ffff:172.18.0.3:8001  ::ffff:172.18.0.1:55557 ESTABLISHED
`;
    expect(parseNetstat(text)).toEqual([
      { address: '127.0.0.11', port: 42601, state: 'listen' },
      { address: '172.18.0.3', port: 8001, state: 'established' },
      { address: '::', port: 8001, state: 'listen' },
      { address: '172.18.0.3', port: 8001, state: 'established' },
    ]);
  });

  it('takes nothing else for a table without sockets', () => {
    expect(() => parseNetstat('OCI runtime exec failed: netstat: executable file not found')).toThrow('not a table of netstat');
  });
});
