/** Wrong flags, values or settings: the command line says so and exits with 2, and nothing was started. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
