const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** A date among what was sent or answered, as records write it: `May 3, 2018 5:51:02 PM`, in UTC (security facts 6.3). */
export function cloudTrailDate(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0')
  const hours = date.getUTCHours()
  const day = `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`
  const time = `${hours % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  return `${day} ${time} ${hours < 12 ? 'AM' : 'PM'}`
}
