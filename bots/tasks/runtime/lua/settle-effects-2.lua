-- These effects are somebody else's business now.
-- KEYS: outbox of the task, tasks with a full outbox. ARGV: root, places of the effects.
-- Answers how many are left.
for i = 2, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) end
local left = redis.call('HLEN', KEYS[1])
if left == 0 then redis.call('SREM', KEYS[2], ARGV[1]) end
return left
