import { withParticle } from '../particle.ts';
import { phrase, type Phrase } from '../say.ts';

/** Values woven into a refusal. */
export interface ProblemFacts {
  readonly who?: string | undefined;
  readonly what?: string | undefined;
  readonly seconds?: number | undefined;
}

/** Every refusal of the agents' API: what happened, what was kept, what to do. */
export const DOOR_PROBLEMS = {
  'auth.missing': phrase<[ProblemFacts]>(
    () =>
      '열쇠가 없습니다. `Authorization: Bearer chv_…` 헤더를 붙여 다시 보내 주세요. 열쇠는 마스터가 `!초대`로 줍니다.',
    () =>
      'No key. Send it again with the header `Authorization: Bearer chv_…`; the master gives keys with `!agent add`.',
  ),
  'auth.wrong': phrase<[ProblemFacts]>(
    () =>
      '맞지 않거나 이제 쓰지 않는 열쇠입니다. 아무 일도 하지 않았습니다. 마스터에게 새 열쇠를 부탁해 주세요 (`!초대 새열쇠 이름`).',
    () =>
      'The key is wrong or no longer in force. Nothing was done. Ask the master for a new one (`!agent rotate name`).',
  ),
  'auth.scope': phrase<[ProblemFacts]>(
    ({ what }) => `이 열쇠로는 할 수 없는 일입니다 (필요한 권한: ${what ?? ''}). 아무 일도 하지 않았습니다.`,
    ({ what }) => `This key does not allow that (needed scope: ${what ?? ''}). Nothing was done.`,
  ),
  'auth.other': phrase<[ProblemFacts]>(
    ({ who }) =>
      `이 열쇠는 ${who ?? ''}의 것입니다. 다른 이름으로는 들어오거나 맡을 수 없습니다. 아무 일도 하지 않았습니다.`,
    ({ who }) => `This key belongs to ${who ?? ''}; nobody else checks in or claims with it. Nothing was done.`,
  ),
  'rate.limited': phrase<[ProblemFacts]>(
    ({ seconds }) =>
      `너무 자주 부르고 있습니다. ${seconds ?? 1}초 뒤에 다시 보내 주세요. 이번 것은 처리하지 않았습니다.`,
    ({ seconds }) => `Too many calls. Try again in ${seconds ?? 1} s; this one was not carried out.`,
  ),
  'request.invalid': phrase<[ProblemFacts]>(
    ({ what }) =>
      `요청을 읽을 수 없습니다: ${what ?? ''}. 아무 일도 하지 않았습니다. /help 또는 /openapi.json을 보고 고쳐 보내 주세요.`,
    ({ what }) => `The request cannot be read: ${what ?? ''}. Nothing was done. See /help or /openapi.json.`,
  ),
  'request.too-large': phrase<[ProblemFacts]>(
    () => '요청이 너무 큽니다 (1 MB까지). 아무 일도 하지 않았습니다. 나눠서 보내 주세요.',
    () => 'The request is too large (1 MB at most). Nothing was done. Send it in parts.',
  ),
  'request.media': phrase<[ProblemFacts]>(
    () => 'JSON만 받습니다. `Content-Type: application/json`으로 보내 주세요. 아무 일도 하지 않았습니다.',
    () => 'Only JSON is taken. Send it as `Content-Type: application/json`. Nothing was done.',
  ),
  'request.slow': phrase<[ProblemFacts]>(
    () => '요청이 제시간에 다 오지 않아 끊었습니다. 아무 일도 하지 않았습니다. 다시 보내 주세요.',
    () => 'The request did not arrive in time and was cut off. Nothing was done. Send it again.',
  ),
  'host.unknown': phrase<[ProblemFacts]>(
    () =>
      '이 집의 이름이 아닌 주소로 왔습니다. 아무 일도 하지 않았습니다. 이 주소가 맞다면 집주인이 `.env`의 CHAVION_API_URL에 적어 주세요.',
    () =>
      'This address is not a name of this house. Nothing was done. If it should be, its owner puts it into CHAVION_API_URL in `.env`.',
  ),
  'route.unknown': phrase<[ProblemFacts]>(
    () => '그런 주소는 없습니다. /help에 할 수 있는 일이 모두 있습니다.',
    () => 'There is no such address. /help lists what there is.',
  ),
  'idempotency.key': phrase<[ProblemFacts]>(
    () => 'Idempotency-Key는 1~200자의 글자여야 합니다. 아무 일도 하지 않았습니다.',
    () => 'Idempotency-Key takes 1 to 200 characters. Nothing was done.',
  ),
  'idempotency.mismatch': phrase<[ProblemFacts]>(
    () => '같은 Idempotency-Key로 다른 내용이 왔습니다. 처음 것만 처리했습니다. 새 요청에는 새 키를 써 주세요.',
    () => 'This Idempotency-Key was used for another request, which stands. Use a new key for a new request.',
  ),
  'idempotency.running': phrase<[ProblemFacts]>(
    () => '같은 요청을 아직 처리하고 있습니다. 잠시 뒤에 같은 키로 다시 보내면 그 답을 받습니다.',
    () => 'The same request is still being carried out. Repeat it with the same key in a moment to get its answer.',
  ),
  'receiver.unknown': phrase<[ProblemFacts]>(
    ({ who }) =>
      `${withParticle(`"${who ?? ''}"`, '이라는', '라는')} 이름은 여기 없습니다. 보내지 않았습니다. 누가 있는지는 GET /api/status에 있습니다.`,
    ({ who }) => `Nobody here is called "${who ?? ''}". Nothing was sent. GET /api/status says who is here.`,
  ),
  'answer.late': phrase<[ProblemFacts]>(
    () =>
      '이 질문에는 이제 답할 수 없습니다: 시간이 지났거나 이미 답했거나 거둬들인 질문입니다. 이 답은 세지 않았습니다.',
    () =>
      'This ask takes no answer any more: its time is up, it has one, or it was taken back. Your answer was not counted.',
  ),
  'since.future': phrase<[ProblemFacts]>(
    () =>
      '아직 오지 않은 편지의 번호입니다. 읽은 것으로 바꾼 것은 없습니다. 마지막으로 받은 next를 넣거나 since를 빼고 보내 주세요.',
    () => 'No letter has that id yet. Nothing was marked as read. Send the last next that you got, or leave since out.',
  ),
  'ask.unknown': phrase<[ProblemFacts]>(
    () =>
      'inReplyTo에 적은 것은 받은 질문(ask)이 아닙니다. 보내지 않았습니다. 질문이 아닌 편지에는 inReplyTo를 빼고 답해 주세요.',
    () => 'inReplyTo names no ask of yours. Nothing was sent. To letters that are no ask, answer without it.',
  ),
  'letter.unknown': phrase<[ProblemFacts]>(
    ({ what }) => `${withParticle(what ?? '', '이라는', '라는')} 편지는 이제 없습니다.`,
    ({ what }) => `There is no letter ${what ?? ''} any more.`,
  ),
  'message.too-long': phrase<[ProblemFacts]>(
    () => '메시지가 한 번에 보내기에 너무 깁니다. 보내지 않았습니다. 나눠서 보내 주세요.',
    () => 'The message is too long for one event. Nothing was sent. Send it in parts.',
  ),
  'room.closed': phrase<[ProblemFacts]>(
    () =>
      '이 에이전트는 지금 방에 들어가 있지 않아 말할 수 없습니다. 보내지 않았습니다. 마스터에게 다시 초대해 달라고 해 주세요.',
    () => 'This agent is not in the room now and cannot speak. Nothing was sent. Ask the master to add it again.',
  ),
  'task.unknown': phrase<[ProblemFacts]>(
    ({ what }) => `${withParticle(what ?? '', '이라는', '라는')} 임무는 없습니다. GET /api/tasks에 목록이 있습니다.`,
    ({ what }) => `There is no task ${what ?? ''}. GET /api/tasks lists them.`,
  ),
  'task.claimed': phrase<[ProblemFacts]>(
    ({ who }) => `${who ?? ''}에게 맡겨진 임무입니다. 바뀐 것은 없습니다. 다른 임무를 맡아 주세요.`,
    ({ who }) => `The task is ${who ?? ''}'s. Nothing was changed. Claim another one.`,
  ),
  'task.not-yours': phrase<[ProblemFacts]>(
    ({ who }) =>
      who === undefined
        ? '아무도 맡지 않은 임무입니다 (맡았던 시간이 지났을 수 있습니다). 먼저 claim 해 주세요. 바뀐 것은 없습니다.'
        : `${who}에게 맡겨진 임무입니다. 바뀐 것은 없습니다.`,
    ({ who }) =>
      who === undefined
        ? 'Nobody has this task (your claim may have run out). Claim it first; nothing was changed.'
        : `The task is ${who}'s. Nothing was changed.`,
  ),
  'task.ended': phrase<[ProblemFacts]>(
    () => '이미 끝난 임무입니다. 결과는 GET /api/tasks/{id}/results에 있습니다. 바뀐 것은 없습니다.',
    () => 'The task has ended; GET /api/tasks/{id}/results has what came of it. Nothing was changed.',
  ),
  'task.full': phrase<[ProblemFacts]>(
    () => '이 임무에는 보고가 더 들어가지 않습니다. 끝내거나 새 임무를 만들어 주세요.',
    () => 'This task takes no more reports. Complete it or make a new one.',
  ),
  'task.swarm': phrase<[ProblemFacts]>(
    () =>
      '에이전트들이 함께 하는 임무라 한 사람이 맡지 않습니다. 물어보는 것(ask)에 답하면 함께하는 것입니다. 바뀐 것은 없습니다.',
    () =>
      'The agents carry out this task together; nobody claims it. Answer what you are asked to take part. Nothing was changed.',
  ),
  'task.unavailable': phrase<[ProblemFacts]>(
    () =>
      '여럿이 하는 임무는 지금 바깥에서 시작할 수 없습니다. `kind`를 board로 하거나 마스터에게 부탁해 주세요. 바뀐 것은 없습니다.',
    () =>
      'Tasks of the whole swarm cannot be begun from outside now. Use kind "board", or ask the master. Nothing was changed.',
  ),
  'task.secret': phrase<[ProblemFacts]>(
    () => '임무에 키나 비밀번호가 들어 있어 받지 않았습니다. 아무것도 시작하지 않았습니다. 빼고 다시 보내 주세요.',
    () => 'The task holds a key or password and was not taken. Nothing was begun. Send it without.',
  ),
  'task.waiting': phrase<[ProblemFacts]>(
    ({ what }) =>
      `마스터의 답을 기다리는 부탁이 이미 ${what ?? ''}개 있습니다. 이번 것은 올리지 않았습니다. 답이 온 뒤에 다시 보내 주세요.`,
    ({ what }) =>
      `You already have ${what ?? ''} requests that wait for the master. This one was not posted. Send it again after an answer.`,
  ),
  'command.invalid': phrase<[ProblemFacts]>(
    ({ what }) => `명령을 읽을 수 없습니다: ${what ?? ''}. 아무것도 실행하지 않았습니다.`,
    ({ what }) => `The command cannot be read: ${what ?? ''}. Nothing was run.`,
  ),
  'command.secret': phrase<[ProblemFacts]>(
    () => '명령에 키나 비밀번호가 들어 있어 받지 않았습니다. 아무것도 실행하지 않았습니다. 빼고 다시 보내 주세요.',
    () => 'The command holds a key or password and was not taken. Nothing was run. Send it without.',
  ),
  'command.waiting': phrase<[ProblemFacts]>(
    ({ what }) =>
      `마스터의 답을 기다리는 명령이 이미 ${what ?? ''}개 있습니다. 이번 것은 올리지 않았습니다. 답이 온 뒤에 다시 보내 주세요.`,
    ({ what }) =>
      `You already have ${what ?? ''} commands that wait for the master. This one was not posted. Send it again after an answer.`,
  ),
  'job.unknown': phrase<[ProblemFacts]>(
    ({ what }) => `${withParticle(what ?? '', '이라는', '라는')} 작업은 없습니다.`,
    ({ what }) => `There is no job ${what ?? ''}.`,
  ),
  'house.busy': phrase<[ProblemFacts]>(
    () => '지금은 처리할 수 없습니다. 받은 것은 그대로 있습니다. 잠시 뒤에 같은 Idempotency-Key로 다시 보내 주세요.',
    () => 'This cannot be done right now. What was taken is kept. Repeat it in a moment with the same Idempotency-Key.',
  ),
  'house.fault': phrase<[ProblemFacts]>(
    () => '안에서 문제가 생겼고 기록해 두었습니다. 같은 Idempotency-Key로 다시 보내 주세요.',
    () => 'Something failed inside and was recorded. Repeat it with the same Idempotency-Key.',
  ),
} as const satisfies Record<string, Phrase<[ProblemFacts]>>;
export type ApiProblemCode = keyof typeof DOOR_PROBLEMS;
