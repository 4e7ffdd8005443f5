-- Keeps a schedule, once for each message; one that was taken away does not come back.
-- KEYS: schedules, up to when each was dealt with, messages whose schedule was taken away.
-- ARGV: id, schedule, the message, its time in milliseconds, the short id under which an older version kept it.
-- Answers 1; 0 where it was taken away already.
if redis.call('ZSCORE', KEYS[3], ARGV[3]) then return 0 end
local old = redis.call('HGET', KEYS[1], ARGV[5])
if old then
  local ok, kept = pcall(cjson.decode, old)
  if ok and kept.source == ARGV[3] then return 1 end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[4])
return 1
