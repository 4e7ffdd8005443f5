/** Resolves with `done`, or after `ms` without it. (Aborting a sleep would make an error, with its stack, every time.) */
export async function within(done: Promise<unknown>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  try {
    await Promise.race([done, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
