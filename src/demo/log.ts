export type Level = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/** Writes one line of the application's log. */
export type Log = (level: Level, message: string) => void;

/** `2025-12-07 03:04:05 - <logger> - <level> - <message>`, in local time, as Python's logging writes it. One line, whatever the message holds. */
export function logLine(at: Date, logger: string, level: Level, message: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${day} ${time} - ${logger} - ${level} - ${message.replaceAll(/[\r\n]+/g, ' ')}\n`;
}

/** A log on stderr, which is where the application has its log. */
export function stderrLog(logger: string): Log {
  return (level, message) => {
    process.stderr.write(logLine(new Date(), logger, level, message));
  };
}
