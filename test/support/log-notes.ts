import type { Log } from '../../telemetry/logger.ts';

/** One line that was said. */
export interface LogNote {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

/** A log that keeps what it is told. */
export class LogNotes implements Log {
  readonly notes: LogNote[] = [];

  debug(fields: object, message: string): void {
    this.notes.push({ level: 'debug', fields, message });
  }

  info(fields: object, message: string): void {
    this.notes.push({ level: 'info', fields, message });
  }

  warn(fields: object, message: string): void {
    this.notes.push({ level: 'warn', fields, message });
  }

  error(fields: object, message: string): void {
    this.notes.push({ level: 'error', fields, message });
  }
}
