import { MAX_PLAN_BYTES, MAX_STEPS } from '../../../bridge/protocol/plan.ts';
import type { AskFacts } from './facts.ts';

/** The plan's schema in the shortest words that models get right, with one example. */
export function planGuide({ agent, workers, lent, hosts, mail }: AskFacts): string {
  return `A plan is {"goal": text, "steps": [...]} with 1 to ${MAX_STEPS} steps, at most ${MAX_PLAN_BYTES} bytes in all. No other fields than those named here. A step is one of:

{"kind":"command","title":text,"command":{...},"artifacts":[paths]}
  One typed command for the executor. "artifacts" (may be left out): files of the workspace to hand to the owner when it has succeeded.
{"kind":"work","id":id,"title":text,"agent":who,"work":"write"|"analyse"|"research","instruction":text,"after":[ids]}
  Thinking or writing by an agent, who sees the results of the steps in "after". Agents: ${workers.map(({ id, role }) => `"${id}" (${role})`).join('; ')}.

${commandGuide({ lent, hosts, mail })}

Steps run at once unless "after" makes them wait; no circles. Ids are unique in the plan: small letters, digits, - and _.

An example of the form, for another mission and a folder that is not yours:
${JSON.stringify(example(workers[0]?.id ?? agent.id))}`;
}

/** The commands alone, for a plan and for a patch of one. */
export function commandGuide({ lent, hosts, mail }: Pick<AskFacts, 'lent' | 'hosts' | 'mail'>): string {
  return `A command always has "type", "id", "reason" (why, for the owner) and "success": {"exitCode":0,"outputContains":text,"fileExists":path}, where you leave out what does not apply: say for each command how one sees that it worked. It may have "after":[ids], "timeoutMs" (100 to 21600000, 120000 if left out), "repeatable":true if running it twice does no harm. Types and their own fields:
- "run": "argv":[program, arguments...]; no shell reads them
- "shell": "script" for bash
  run and shell may have: "cwd", "stdin", "workspace":"ro"|"rw" (rw if left out), "lent":[{"name":folder,"access":"ro"|"rw"}], "hosts":["name:port"]. What writes a lent folder runs on a copy of it first, and the owner sees what would change; "live":true beside "access":"rw" only for what makes no sense on a copy
- "write_file": "path", "content", "executable":true
  a page (.html) is shown to the owner by a link. "localStorage" in it is kept by the house, the same for everybody who opens the page (5 MB; others' changes come as "storage" events); it has no other storage and can call nothing elsewhere, so that all it needs lies beside it
- "read_file": "path"
- "list_files": "path"
- "make_document": "path", "content"; makes a file and hands it to the owner ("hand":false only leaves it in the workspace). The path's ending says which: .pdf .docx .pptx .html .md from Markdown (tables, lists, pictures of the workspace as ![words](chart.png)); .xlsx from {"sheets":[{"name":text,"rows":[[...]]}]} (values, no formulas), a Markdown table or CSV; .png, a chart, from {"type":"bar"|"hbar"|"stacked"|"line"|"area"|"pie","title":text,"unit":text,"labels":[...],"series":[{"name":text,"values":[numbers]}]}; .ics from {"events":[{"title":text,"start":"2026-12-01T09:00","end":...,"place":text}]}, by the owner's clock. "content" is written when the plan is: what earlier steps find out cannot stand in it.
- "send_file": "path"; hands a file of the workspace to the owner
- "fetch": "url", "method":"GET"|"POST", "headers":{}, "body"
- "read_page": "url" of a public page, which comes out as Markdown; an address that stood neither in the mission nor in what was looked up makes the plan wait for the owner
- "read_document": "path" of a PDF or office file, which comes out as Markdown
${
  mail === undefined
    ? ''
    : `- "send_mail": "to":[addresses], "subject", "text", "attachments":[paths of the workspace]; the text is plain, without Markdown. The owner's own address is ${mail}, to which it goes without asking; every other asks the owner
`
}Paths are relative to the workspace, a folder of this task in which all commands work together, empty but for the files that the owner sent (named in this message, where there are any); never / in front, never "..".
Folders of the real server that the owner lends, seen by run and shell as /lent/<name> if the command names them in "lent": ${lentList(lent)}
Network: none, except ports that a command names in "hosts", or fetch, or read_page. ${hostList(hosts)}
The sandbox is a plain Linux with coreutils, bash, perl and what the server has installed; no root, nothing can be installed. Ask for the least: "workspace":"ro" and access "ro" where nothing is written. Writing into a lent folder and the network make the plan wait for the owner's approval.`;
}

const lentList = (lent: AskFacts['lent']): string =>
  lent.length === 0
    ? 'none at present.'
    : `${lent.map(({ name, mode }) => `"${name}" (${mode === 'ro' ? 'reading only' : 'reading and writing'})`).join(', ')}.`;

function hostList(hosts: AskFacts['hosts']): string {
  if (hosts === null) return 'Any host may be named; each is approved by the owner.';
  return hosts.length === 0 ? 'No host is allowed at present.' : `Allowed hosts: ${hosts.join(', ')}.`;
}

const example = (agent: string) => ({
  goal: 'Say how much space the logs take',
  steps: [
    {
      kind: 'command',
      title: 'Measure the log folder',
      command: {
        type: 'run',
        id: 'measure',
        argv: ['du', '-sh', '/lent/logs'],
        workspace: 'ro',
        lent: [{ name: 'logs', access: 'ro' }],
        reason: 'to know the size',
        success: { exitCode: 0, outputContains: '/lent/logs' },
        repeatable: true,
      },
    },
    {
      kind: 'work',
      id: 'advice',
      title: 'Advise what to do',
      agent,
      work: 'analyse',
      instruction: 'Say in three sentences whether the logs take too much space.',
      after: ['measure'],
    },
  ],
});
