-- A place among those that wait for a master, where there is one: looked for and taken in one step, whoever else asks.
-- Whoever has asked under the same name before is let in again.
-- KEYS: what stands for the name, those that wait. ARGV: the name, now in milliseconds, how long one waits at most, how many may.
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, ARGV[2] - ARGV[3])
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[4]) then return 0 end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 1
