/** Runs `work`; errors get the function's name in front of their message. */
export function prefixed<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withPrefix(name, error);
  }
}

/** The same error, its message beginning with the function's name. */
export function withPrefix(name: string, error: unknown): unknown {
  if (error instanceof Error && !error.message.startsWith(`${name}: `)) {
    error.message = `${name}: ${error.message}`;
  }
  return error;
}
