# What both agents do: curl and the shell, nothing else. URL, KEY and NAME come from outside.
set -eu
get() { curl -sS --fail-with-body -H "Authorization: Bearer $KEY" "$URL$1"; }
post() { curl -sS --fail-with-body -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d "${2:-}" "$URL$1"; }
# The first text or number field of that name.
field() { grep -o "\"$1\":\"\\{0,1\\}[^\",}]*" | head -n 1 | sed "s/^\"$1\":\"\\{0,1\\}//"; }
# Answers whatever it is asked, until it is killed.
answer() {
  next=''
  while :; do
    letters=$(get "/api/messages?wait=10${next:+&since=$next}") || { sleep 1; continue; }
    for ask in $(printf '%s' "$letters" | grep -o '"ask":"[^"]*"' | sed 's/^"ask":"//; s/"$//'); do
      post /api/messages "{\"receiver\":\"master\",\"type\":\"chat\",\"content\":\"$NAME 여기 있습니다.\",\"inReplyTo\":\"$ask\"}" > /dev/null || :
    done
    seen=$(printf '%s' "$letters" | field next)
    case $seen in null|'') ;; *) next=$seen ;; esac
  done
}
