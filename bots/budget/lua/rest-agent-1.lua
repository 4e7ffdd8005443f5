-- Of calls that fail together one says until when.
-- KEYS: rests, agent to `<until> <why> <what answers for it>`. ARGV: agent, now in milliseconds, what answers for it, the rest asked for.
-- Answers the rest that is in force.
local before = redis.call('HGET', KEYS[1], ARGV[1])
if before then
  local until_, _, label = string.match(before, '^(%d+) (%S+) (.*)$')
  if until_ and tonumber(until_) > tonumber(ARGV[2]) and label == ARGV[3] then return before end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
return ARGV[4]
