import { phrase } from './say.ts';

/** What the admin says by itself, when it has put something right or cannot. */
export const keptText = {
  executor: phrase(
    () => '실행자의 계정이 밖에서 바뀌어(비밀번호, 잠금, 정지, 비활성화 또는 로그아웃) 되돌렸습니다. `!실행`은 다시 됩니다. 이 계정은 집이 관리하니 그대로 두시면 됩니다.',
    () => 'The executor’s account was changed from elsewhere (password, lock, suspension, deactivation or sign-out) and has been put back; `!run` works again. The house looks after this account: leave it as it is.',
  ),
  coordinator: phrase(
    () => '조율자의 계정이 밖에서 꺼져 다시 켰습니다. 조율자 없이는 집이 돌아가지 않습니다.',
    () => 'The coordinator’s account was switched off from elsewhere and has been opened again: there is no house without it.',
  ),
  moved: phrase(
    () => '방이 새 판으로 옮겨졌습니다. 모두 이 방으로 왔고, 이제 여기가 그 방입니다. 예약과 발언 규칙, 기억도 따라왔습니다. 앞방에서 하던 임무는 그 방의 스레드에서 끝까지 합니다.',
    () => 'The room was upgraded. Everybody has come along: this is it now. Schedules, who speaks and what is remembered came too. Tasks that were under way end in their threads in the former room.',
  ),
};
