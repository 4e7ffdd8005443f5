#!/bin/sh
# Posts a task and waits until somebody has done it.
. "$(dirname "$0")/common.sh"
post "/api/agent/$NAME/checkin" > /dev/null
answer & listener=$!
trap 'kill $listener' EXIT
id=$(post /api/tasks '{"title":"과일 세기","description":"a.txt에 과일 이름을 적고 읽어 주세요"}' | field id)
while [ "$(get "/api/tasks/$id/status" | field state || :)" != done ]; do sleep 0.3; done
result=$(get "/api/tasks/$id/results" | field result)
post /api/messages "{\"receiver\":\"all\",\"type\":\"report\",\"content\":\"$id 결과를 받았습니다: $result\"}" > /dev/null
sleep 15
