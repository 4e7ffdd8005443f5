#!/bin/sh
# Takes the first open task through claim, command, report and complete.
. "$(dirname "$0")/common.sh"
post "/api/agent/$NAME/checkin" > /dev/null
answer & listener=$!
trap 'kill $listener' EXIT
id=''
while [ -z "$id" ]; do id=$(get '/api/tasks?state=open' | field id || :); sleep 0.2; done
post "/api/tasks/$id/claim" > /dev/null
job=$(post "/api/tasks/$id/dispatch" '{"to":"executor","command":{"type":"shell","payload":{"script":"echo apple > a.txt; cat a.txt","reason":"과일을 적습니다"}}}' | grep -o '"id":"j[0-9]*"' | field id)
state=asked
# The house may be away for a moment; what it has taken is there when it is back.
while [ "$state" != done ] && [ "$state" != failed ] && [ "$state" != refused ]; do sleep 0.3; state=$(get "/api/executor/jobs/$job" | field state || :); done
output=$(get "/api/executor/jobs/$job" | field output | sed 's/\\n.*//')
post "/api/tasks/$id/report" "{\"text\":\"명령은 $state, 나온 것은 $output\"}" > /dev/null
post "/api/tasks/$id/complete" "{\"success\":true,\"result\":\"$output 하나\"}" > /dev/null
sleep 15
