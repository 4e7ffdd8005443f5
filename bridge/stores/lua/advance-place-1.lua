-- A place in an inbox that only moves on, whoever comes later.
-- KEYS: place. ARGV: id of a message.
-- Answers 1; 0 where it was there already, or further.
local before = redis.call('GET', KEYS[1])
if before then
  local beforeMs, beforeNo = string.match(before, '^(%d+)-(%d+)$')
  local ms, no = string.match(ARGV[1], '^(%d+)-(%d+)$')
  beforeMs, beforeNo, ms, no = tonumber(beforeMs), tonumber(beforeNo), tonumber(ms), tonumber(no)
  if beforeMs > ms or (beforeMs == ms and beforeNo >= no) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1])
return 1
