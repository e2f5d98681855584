/** Runs `work`; errors get the function's name in front of their message. */
export function prefixed<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith(`${name}: `)) {
      error.message = `${name}: ${error.message}`;
    }
    throw error;
  }
}
