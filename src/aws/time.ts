/** A day in milliseconds, as AWS counts periods in days: 24 hours. */
export const DAY_MS = 86_400_000
