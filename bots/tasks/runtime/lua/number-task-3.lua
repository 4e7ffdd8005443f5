-- The task's number: the same for the same root, however often it is asked.
-- KEYS: root to number, number to root, the last number. ARGV: root.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then return tonumber(known) end
local no = redis.call('INCR', KEYS[3])
redis.call('HSET', KEYS[1], ARGV[1], no)
redis.call('HSET', KEYS[2], no, ARGV[1])
return no
