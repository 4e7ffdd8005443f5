import { phrase } from '../say.ts';
import { roomNames } from '../room-names.ts';

const ROOM = roomNames.memory;

/** `npm start -- memory export`. */
export const memoryExportText = {
  usage: phrase(
    () =>
      `쓰는 법: npm start -- memory export [파일] [--json]\n  ${ROOM.ko} 방에 적힌 것을 모두 읽기 쉬운 글(Markdown)로 꺼냅니다. 파일을 쓰지 않으면 화면에 보여 줍니다.\n  --json은 다른 프로그램이 읽을 꼴로 꺼냅니다. 집이 켜져 있어야 합니다.`,
    () =>
      `Usage: npm start -- memory export [file] [--json]\n  Everything that stands in the room ${ROOM.ko} (${ROOM.en}), as Markdown; without a file it is shown here.\n  --json is for other programs. The house has to be open.`,
  ),
  closed: phrase(
    () => '집이 꺼져 있어 꺼내지 못했습니다. npm start 로 켠 뒤 다시 해 주세요.',
    () => 'The house is not open, so nothing could be read. Open it with npm start first.',
  ),
  failed: phrase(
    () => '꺼내지 못했습니다. 집이 켜지는 중이면 잠시 뒤 다시 해 주세요. 그대로면: npm start -- doctor',
    () => 'It could not be read. If the house is starting, try again in a moment; if it stays: npm start -- doctor',
  ),
  done: (file: string) =>
    phrase(
      () => `적었습니다: ${file}`,
      () => `Written to ${file}`,
    ),
};

/** In the file itself. */
export const memoryFileText = {
  title: phrase<[when: string]>(
    (when) => `집이 기억하는 것 (${when})`,
    (when) => `What the house remembers (${when})`,
  ),
  nothing: phrase(
    () => '아직 아무것도 없습니다.',
    () => 'Nothing yet.',
  ),
  order: phrase(
    () => '지시: 언제나 지킵니다',
    () => 'Standing orders: always followed',
  ),
  fact: phrase(
    () => '사실: 물을 때 찾아 씁니다',
    () => 'Facts: looked up when they are asked for',
  ),
  record: phrase(
    () => '끝난 임무',
    () => 'Tasks that have ended',
  ),
  onlyFor: phrase<[agent: string]>(
    (agent) => `${agent}에게만`,
    (agent) => `for ${agent} alone`,
  ),
  saidIn: phrase<[room: string]>(
    (room) => `${room}에서 한 말`,
    (room) => `said in ${room}`,
  ),
  /** A direct conversation has no name. */
  unnamed: phrase(
    () => '이름 없는 방',
    () => 'a room without a name',
  ),
};
