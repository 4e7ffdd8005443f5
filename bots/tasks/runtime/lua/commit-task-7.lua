-- State, effects and indices in one step, over the version that was read or not at all.
-- KEYS: task, its outbox, tasks with a full outbox, with a card behind, that go on, that ended, that are frozen.
-- ARGV: version that was read ('' for a new task), new version, state, root, number, 'live', 'frozen' or 'ended',
--   seconds that an ended task is kept, effects.
-- Answers the place of the last effect, 0 where there are none; -1 where another transition was first.
local before = redis.call('HGET', KEYS[1], 'version')
if (before or '') ~= ARGV[1] then return -1 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'state', ARGV[3])
local root, no = ARGV[4], ARGV[5]
local seq = 0
for i = 8, #ARGV do
  seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
  redis.call('HSET', KEYS[2], seq, ARGV[i])
end
if #ARGV >= 8 then redis.call('SADD', KEYS[3], root) end
redis.call('SADD', KEYS[4], root)
if ARGV[6] == 'ended' then
  redis.call('ZREM', KEYS[5], root)
  redis.call('ZADD', KEYS[6], no, root)
  redis.call('EXPIRE', KEYS[1], ARGV[7])
else
  redis.call('ZREM', KEYS[6], root)
  redis.call('ZADD', KEYS[5], no, root)
  redis.call('PERSIST', KEYS[1])
end
redis.call(ARGV[6] == 'frozen' and 'SADD' or 'SREM', KEYS[7], root)
return seq
