/** The message of what a body throws; 'no error' where it throws nothing. */
export function messageOf(body: () => unknown): string {
  try {
    body();
    return 'no error';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
