/** Durations are milliseconds; these helpers carry the unit where a literal would not. */
export const milliseconds = (n: number): number => n
export const seconds = (n: number): number => n * 1_000
export const minutes = (n: number): number => n * 60_000
export const hours = (n: number): number => n * 3_600_000
