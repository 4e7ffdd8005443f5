-- What was summed up counts only over what it was made of: nothing taken back, forgotten or summed up meanwhile.
-- KEYS: memory of the room. ARGV: the epoch that was read ('0' where there was none), the memory.
-- Answers 1; 0 where it is another epoch by now.
if (redis.call('HGET', KEYS[1], 'epoch') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'memory', ARGV[2])
redis.call('HINCRBY', KEYS[1], 'epoch', 1)
return 1
