/** How deep a chain of causes is followed. */
const maxCauses = 5;

/**
 * What is logged of an error: name, message, code, stack, and the same of its causes. Other members are left out:
 * libraries hang requests, options and answers on their errors, credentials included.
 */
export function describeError(error: unknown): unknown {
  return error instanceof Error ? describe(error, maxCauses) : error;
}

function describe(error: Error, causes: number): Record<string, unknown> {
  const code =
    "code" in error && (typeof error.code === "string" || typeof error.code === "number") ? error.code : undefined;
  return {
    type: error.name,
    message: error.message,
    ...(code !== undefined && { code }),
    stack: error.stack,
    ...(error.cause instanceof Error && causes > 0 && { cause: describe(error.cause, causes - 1) }),
  };
}
