const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a time such as `30s`, `5m`, `12h`, `7d`; undefined for any other text and for no time at all. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const milliseconds = Number(number) * (UNITS[unit] ?? Number.NaN)
  return milliseconds > 0 ? milliseconds : undefined
}
