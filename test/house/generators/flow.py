"""Register, listen, speak, post, claim, report, hand on, ask for a command, complete: by the generated client alone."""

import json
import sys

from agents_client import AuthenticatedClient
from agents_client.api.default import check_in, claim_task, complete_task, dispatch_task, get_job, listen, post_task, report_task, run_command, send_message, task_results
from agents_client.models.complete_task_body import CompleteTaskBody
from agents_client.models.dispatch_task_body import DispatchTaskBody
from agents_client.models.post_task_body import PostTaskBody
from agents_client.models.report_task_body import ReportTaskBody
from agents_client.models.run_command_body import RunCommandBody
from agents_client.models.send_message_body import SendMessageBody

flow = json.loads(sys.argv[1])
client = AuthenticatedClient(base_url=flow["url"], token=flow["key"])
got = {}


def note(operation, answer):
    got[operation] = {"status": int(answer.status_code), "data": answer.parsed.to_dict()}
    return answer.parsed


note("checkIn", check_in.sync_detailed(flow["name"], client=client))
note("listen", listen.sync_detailed(client=client, wait=0, limit=5))
note("sendMessage", send_message.sync_detailed(client=client, body=SendMessageBody.from_dict({"receiver": "master", "type": "chat", "content": "python"})))
task = note("postTask", post_task.sync_detailed(client=client, body=PostTaskBody.from_dict({"title": "python", "kind": "board"})))
note("claimTask", claim_task.sync_detailed(task.id, client=client))
note("reportTask", report_task.sync_detailed(task.id, client=client, body=ReportTaskBody(text="half")))
command = {"type": "shell", "payload": {"script": "echo 1", "reason": "python", "timeoutMs": 5000}}
note("dispatchTask", dispatch_task.sync_detailed(task.id, client=client, body=DispatchTaskBody.from_dict({"to": "executor", "command": command})))
job = note("runCommand", run_command.sync_detailed(client=client, body=RunCommandBody.from_dict(command)))
note("getJob", get_job.sync_detailed(job.id, client=client))
note("completeTask", complete_task.sync_detailed(task.id, client=client, body=CompleteTaskBody(success=True, result="all of it")))
note("taskResults", task_results.sync_detailed(task.id, client=client))
note("refused", claim_task.sync_detailed("b999999", client=client))
print(json.dumps(got))
