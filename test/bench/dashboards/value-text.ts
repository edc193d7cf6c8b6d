import { durationText } from '../../../gateway/replay/report/quantity-text.ts';

/** A value as a panel with this unit of Grafana's shows it. */
export function valueText(unit: string, value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (unit === 's') return value < 1e-3 ? `${short(value * 1e6)} µs` : durationText(value * 1000);
  if (unit === 'percentunit') return `${short(value * 100)} %`;
  if (unit === 'reqps') return `${short(value)} req/s`;
  if (unit === 'bytes') return bytesText(value);
  if (unit === 'Bps') return `${bytesText(value)}/s`;
  if (unit === 'celsius') return `${short(value)} °C`;
  if (unit === 'watt') return `${short(value)} W`;
  if (unit === 'hertz') return `${short(value)}Hz`;
  if (unit === 'dateTimeAsIso') return new Date(value).toISOString().slice(0, 19).replace('T', ' ');
  return `${short(value)}${unit.replace(/^(?:suffix:|short)/u, '')}`;
}

function bytesText(value: number): string {
  const power = Math.min(3, Math.floor(Math.log2(Math.max(value, 1)) / 10));
  return `${short(value / 1024 ** power)} ${['B', 'KiB', 'MiB', 'GiB'][power]}`;
}

function short(value: number): string {
  if (Math.abs(value) >= 1e6) return `${short(value / 1e6)} M`;
  if (Math.abs(value) >= 1e4) return `${short(value / 1e3)} k`;
  return String(Number(value.toPrecision(3)));
}
