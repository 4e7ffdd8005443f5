import * as api from './api.ts';

/** Register, listen, speak, post, claim, report, hand on, ask for a command, complete: by the generated client alone. */
const { url, key, name } = JSON.parse(process.argv[2]);
Object.assign(api.defaults, { baseUrl: url, headers: { authorization: `Bearer ${key}` } });
const got = {};
const note = async (operation, answer) => {
  got[operation] = await answer;
  return got[operation].data;
};
await note('checkIn', api.checkIn(name));
await note('listen', api.listen({ wait: 0, limit: 5 }));
await note('sendMessage', api.sendMessage({ receiver: 'master', type: 'chat', content: 'typescript' }));
const { id } = await note('postTask', api.postTask({ title: 'typescript', kind: 'board' }));
await note('claimTask', api.claimTask(id));
await note('reportTask', api.reportTask(id, { text: 'half' }));
const command = { type: 'shell', payload: { script: 'echo 1', reason: 'typescript', timeoutMs: 5000 } };
await note('dispatchTask', api.dispatchTask(id, { to: 'executor', command }));
const { id: job } = await note('runCommand', api.runCommand(command));
await note('getJob', api.getJob(job));
await note('completeTask', api.completeTask(id, { success: true, result: 'all of it' }));
await note('taskResults', api.taskResults(id));
await note('refused', api.claimTask('b999999'));
process.stdout.write(JSON.stringify(got));
