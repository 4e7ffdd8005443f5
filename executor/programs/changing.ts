import { ChangeFault } from './changes/change-fault.ts';
import { ProgramFault } from './program.ts';

/** The work of a program that looks at folders or changes them: what it could not do goes out in a word that the outside knows. */
export function changing(
  work: (args: readonly string[]) => Promise<string>,
): (args: readonly string[]) => Promise<string> {
  return async (args) => {
    try {
      return await work(args);
    } catch (error) {
      throw error instanceof ChangeFault ? new ProgramFault(error.word, error.message) : error;
    }
  };
}
