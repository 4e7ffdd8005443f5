import { phrase } from '../say.ts';

/** npm has kept a flag for itself, and what stood behind it cannot be told from the other words. */
export const npmTook = (script: string, flag: string, verb: string | undefined) => {
  const command = `${script === 'start' ? 'npm start' : `npm run ${script}`} -- ${verb === undefined ? '' : `${verb} `}${flag} …`;
  return phrase(
    () => `가운데에 -- 가 빠져서 npm이 먼저 가져간 것: ${flag}. 아무것도 하지 않았습니다. 이렇게 써 주세요: ${command}`,
    () => `Without a -- before it npm keeps ${flag} for itself. Nothing was done. Write: ${command}`,
  );
};
