import { z } from 'zod';
import { codeWords } from '../../bridge/matrix/markdown-words.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import { cleanText } from '../../bridge/text/clean-text.ts';
import { PROPOSABLE, proposes } from '../../bridge/text/hands/proposals.ts';
import { parseRoomCommand } from '../commands/parse.ts';
import { type ProposalDeps, putProposal } from '../residents/put-proposal.ts';
import { LOOKS } from './rule-of-two.ts';
import { type Tool, tool, type ToolOutcome, type ToolTurn } from './tool.ts';

const MAX_LINE = 1_500;

/** The house's own verbs: the agent writes the line, a master's ✅ on the coordinator's message makes it an order. */
export const proposeTool = (deps: ProposalDeps): Tool =>
  tool({
    name: 'propose_command',
    description: `Proposes one command of the house to the owner, who decides with a tap. Use it when the owner asks in plain words for something that a command does. The line begins with ! and is in the owner's language. Korean examples: "!예약 매일 아침 7시에 뉴스 요약해줘", "!예약 30분 뒤에 약 먹으라고 알려줘", "!예산 전체 하루 10000원", "!임무 펫샵 예약 화면 만들어줘", "!발언 호출", "!토론 주제 2", "!투표 점심: 짜장 / 짬뽕", "!예약취소 3", "!기억 펫샵은 10시에 연다", "!잊어 3", "!취소". Commands: ${Object.keys(PROPOSABLE).join(', ')}.`,
    needs: 'act',
    input: z.strictObject({ line: z.string().min(2).max(MAX_LINE).describe('The whole command on one line.') }),
    use: ({ line }) => {
      // What the master does not see he has not agreed to.
      const shown = cleanText(line).replace(/\s+/gu, ' ').trim();
      const parsed = parseRoomCommand(shown);
      if (parsed?.kind !== 'command')
        return { bad: 'that is no command of the house, or its words do not fit: look at the examples' };
      const { name } = parsed.command;
      if (!(name in PROPOSABLE))
        return { bad: `!${name} is for the owner alone to type: tell the owner the line instead` };
      if (maskSecrets(shown).masked) return { bad: 'it holds a key or a password' };
      return {
        shown: codeWords(shown, 60),
        flow: LOOKS,
        carryOut: (turn, key) => propose(shown, name, turn, key, deps),
      };
    },
  });

async function propose(
  line: string,
  name: string,
  { job, agent }: ToolTurn,
  key: string,
  deps: ProposalDeps,
): Promise<ToolOutcome> {
  const words = proposes[job.lang](agent.config.name, PROPOSABLE[name]?.[job.lang] ?? name);
  const put = await putProposal(
    { room: job.room, thread: job.thread, source: job.source, by: agent.config.id, words, line, id: key },
    deps,
  );
  if (put === 'unshowable') return { text: 'that line cannot be shown as it is', failed: true };
  if (put === 'closed')
    return { text: 'nothing can be proposed in this room: the coordinator is not in it', failed: true };
  return {
    text: 'It stands in the room with ✅ and ❌. Nothing is done before the owner taps ✅; words do not count. Tell the owner so in one sentence, without repeating the line.',
    waits: true,
  };
}
