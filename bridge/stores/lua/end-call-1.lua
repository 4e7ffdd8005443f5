-- Keeps what was answered to a call, unless its mark ran out and another call stands there by now.
-- KEYS: call. ARGV: the mark of this one, what is kept, seconds that it is kept.
-- Answers 1; 0 where another call stands there.
local mark = redis.call('GET', KEYS[1])
if mark and mark ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
